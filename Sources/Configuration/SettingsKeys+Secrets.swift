// SPDX-License-Identifier: Apache-2.0

extension SettingsKeys {
    /// `secrets`, with OpenClaw's names and defaults (docs.openclaw.ai/gateway/secrets/secretref-contract).
    static let secrets: [SettingsKey] = [
        key("secrets", .openSection, "", "Where references to secrets lead."),
        key("secrets.providers", .map, "", "The places where secrets stand, by the name that references give."),
        key("secrets.providers.*", .openSection, "", "One of them."),
        key("secrets.providers.*.source", .text, "", "`env`, `file` or `exec`; required."),
        key("secrets.providers.*.allowlist", .texts, "every variable", "Of source `env`: the variables that may be asked for."),
        key("secrets.providers.*.path", .text, "", "Of source `file`: the file, absolute or below `~`."),
        key(
            "secrets.providers.*.mode", .choice(["json", "singleValue"]), "json",
            "Of source `file`: whether it is a JSON object, of which a JSON pointer names a member, or one secret with the id `value`."),
        key("secrets.providers.*.maxBytes", .whole(1...16_777_216), "1048576", "Of source `file`: the most bytes that it may have."),
        key("secrets.providers.*.command", .text, "", "Of source `exec`: the program, absolute or below `~`. No shell reads it."),
        key("secrets.providers.*.args", .texts, "[]", "Its arguments."),
        key("secrets.providers.*.timeoutMs", .whole(1...300_000), "5000", "Milliseconds after which a program is killed."),
        key(
            "secrets.providers.*.noOutputTimeoutMs", .whole(1...300_000), "as `timeoutMs`",
            "Milliseconds without output after which a program is killed."),
        key("secrets.providers.*.maxOutputBytes", .whole(1...16_777_216), "1048576", "The most bytes that a program may write."),
        key(
            "secrets.providers.*.jsonOnly", .flag, "true",
            "Whether a program must answer in JSON; if not, a bare text is the secret where it was asked for one."),
        key("secrets.providers.*.env", .map, "", "Variables that a program gets."),
        key("secrets.providers.*.env.*", .text, "", "A variable's value."),
        key("secrets.providers.*.passEnv", .texts, "[]", "Variables of the gateway's own that a program gets too. It gets no others."),
        key("secrets.providers.*.trustedDirs", .texts, "any folder", "Folders that the command must be below."),
        key(
            "secrets.providers.*.allowInsecurePath", .flag, "false",
            "Whether the file or command may be one that others can write to, or that belongs to others."),
        key("secrets.providers.*.allowSymlinkCommand", .flag, "false", "Whether the command may be a symbolic link."),
        key("secrets.defaults", .openSection, "", "The provider that a reference means which names none."),
        key("secrets.defaults.env", .text, "default", "Of source `env`."),
        key("secrets.defaults.file", .text, "default", "Of source `file`."),
        key("secrets.defaults.exec", .text, "default", "Of source `exec`."),
        key("secrets.resolution", .openSection, "", "Bounds of following references."),
        key("secrets.resolution.maxProviderConcurrency", .whole(1...64), "4", "Programs that run at the same time."),
        key("secrets.resolution.maxRefsPerProvider", .whole(1...10_000), "512", "Secrets of one provider."),
        key("secrets.resolution.maxBatchBytes", .whole(256...16_777_216), "262144", "Bytes of what a program is asked."),
    ]
}
