// SPDX-License-Identifier: Apache-2.0

extension CommandList {
    static let modelsAuth = CommandList(
        commands: [
            .modelsAuthList, .modelsAuthLogin, .modelsAuthLoginGitHubCopilot, .modelsAuthRefresh, .modelsAuthImport, .modelsAuthAdd,
            .modelsAuthPasteKey,
            .modelsAuthPasteToken, .modelsAuthSetupToken, .modelsAuthOrderGet,
            .modelsAuthOrderSet, .modelsAuthOrderClear, .modelsAuthLogout, .modelsAuthClean, .modelsAuthClearCooldown,
        ],
        groups: [
            CommandGroup("models", "auth", summary: "Stored keys, tokens and logins: add, order and remove them", standsFor: "list"),
            CommandGroup("models", "auth", "order", summary: "In which order an agent tries a provider's credentials", standsFor: "get"),
        ])
}

/// The flags that several of these commands take.
enum AuthFlags {
    static let agent = Flag("agent", .text(placeholder: "id"), "Whose credentials; those of the default agent otherwise", example: "main")
    static let provider = Flag("provider", .text(placeholder: "id"), "The provider", example: "openai")
    static let profile = Flag(
        "profile-id", .text(placeholder: "id"), "What it is called; the provider's id stands before the colon", example: "openai:work")
    static let expires = Flag("expires-in", .time, "When it ends, counted from now: 12h, 365d", example: "365d")
    static let yes = Flag("yes", .toggle, "Do not ask")
    static let force = Flag("force", .toggle, "Also for a provider that is not known yet")
    static let label = Flag("label", .text(placeholder: "text"), "What it is shown as, such as whose it is", example: "work account")
    static let reference = Flag(
        "ref", .text(placeholder: "reference"),
        "Store where the secret stands instead of the secret: env:NAME, file:<provider>:<id> or exec:<provider>:<id>, with the providers of "
            + "secrets.providers", example: "env:OPENAI_API_KEY")
}
