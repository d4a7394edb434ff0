// SPDX-License-Identifier: Apache-2.0
import HTTP
import JSON

/// What `gateway run` prints when it is ready: address, token, chain, and a `curl` line to paste. Pure.
///
/// It goes to standard output and never through the logger. The token itself is shown on a terminal only: elsewhere standard output may be a
/// service's journal, and the line reads the token from where it is kept.
struct Banner: Sendable {
    /// Where clients' token is kept.
    enum Token: Sendable {
        /// `gateway.auth.mode` is `none`.
        case notNeeded
        case file(path: String, Secret)
        /// Written in the configuration at `path`, such as `gateway.auth.token`.
        case setting(path: String, Secret)
        case environment(variable: String, Secret)
    }

    struct Link: Hashable, Sendable {
        /// `provider/model`.
        var model: String
        /// The credential's id, `none` for servers that need none.
        var credential: String
        /// Why it will be passed over, where that is known already.
        var note: String = ""
    }

    var version: String
    /// Base address for clients on this machine, such as `http://127.0.0.1:7100`, without a slash at its end.
    var url: String
    var token: Token
    /// What is loaded, in words: a path, or that there is none and rehearsal plays.
    var configuration: String
    var stateFolder: String
    /// The chain of the model `default`.
    var chain: [Link]
    /// Plain sentences, most important first.
    var warnings: [String] = []
    /// Says how to run on OpenClaw's file, if one was found: `ConfigLocation.openClawHint`.
    var hint: String?

    /// - Parameters:
    ///   - showsToken: Whether a person looks at it: standard output is a terminal.
    ///   - colour: As in `Terminal`.
    func text(showsToken: Bool, colour: Bool) -> String {
        var lines = [Style.strong.paint("understudy \(version) is ready on \(url)", colour: colour), ""]
        lines.append("  Config   \(configuration)")
        lines.append("  State    \(stateFolder)")
        lines.append("  Token    \(tokenLine(shown: showsToken))")
        lines.append("  Serves   OpenAI at /v1 (chat, responses, embeddings), Anthropic at /v1/messages, Gemini at /v1beta")
        lines += chainLines
        for warning in warnings {
            lines += ["", Style.warning.paint("  Warning: \(warning)", colour: colour)]
        }
        if let hint { lines += [""] + hint.split(separator: "\n", omittingEmptySubsequences: false).map { "  " + $0 } }
        lines += [
            "", invitation(showsToken: showsToken), "", curl(showsToken: showsToken), "",
            "Then see what happened: understudy explain --last",
        ]
        return lines.joined(separator: "\n")
    }

    /// The same for `--json`, without the token.
    ///
    /// - Parameter isRestart: It takes over from a process that gave it its connections.
    func json(processID: Int32, isRestart: Bool) -> JSONValue {
        [
            "ready": true, "version": .string(version), "pid": .number(JSONNumber(Int(processID))), "url": .string(url),
            "restarted": .bool(isRestart), "config": .string(configuration), "stateFolder": .string(stateFolder),
            "chain": .array(
                chain.map { link in
                    [
                        "model": .string(link.model), "credential": .string(link.credential),
                        "note": link.note.isEmpty ? .null : .string(link.note),
                    ]
                }), "warnings": .array(warnings.map { .string($0) }),
        ]
    }

    /// One line for a POSIX shell that streams an answer from the chain.
    func curl(showsToken: Bool) -> String {
        var line = "curl -N \(Self.quoted(url + "/v1/chat/completions"))"
        if let token = bearer(shown: showsToken) { line += " -H \"Authorization: Bearer \(token)\"" }
        line += " -H 'Content-Type: application/json'"
        let body = #"{"model":"default","stream":true,"messages":[{"role":"user","content":"Who is on stage tonight?"}]}"#
        return line + " -d '\(body)'"
    }

    /// What stands above the `curl` line, which takes a token of the settings from a variable that somebody has to set.
    private func invitation(showsToken: Bool) -> String {
        guard !showsToken, case .setting(let path, _) = token else { return "Try it:" }
        return "Try it, with the value of \(path) in UNDERSTUDY_GATEWAY_TOKEN:"
    }

    private var chainLines: [String] {
        guard !chain.isEmpty else { return ["  Chain    none: no model can be asked"] }
        let width = chain.map { TextWidth.columns($0.model) }.max() ?? 0
        return chain.enumerated().map { index, link in
            let place = TextWidth.pad(String(index + 1), to: 2, right: true)
            let note = link.note.isEmpty ? "" : "  (\(link.note))"
            return (index == 0 ? "  Chain   " : "          ")
                + "\(place)  \(TextWidth.pad(link.model, to: width))  \(link.credential)\(note)"
        }
    }

    private func tokenLine(shown: Bool) -> String {
        switch token {
        case .notNeeded: "none needed (gateway.auth.mode is none)"
        case .file(let path, let secret): shown ? "\(secret.withExposed { $0 })  (kept in \(path))" : "kept in \(path)"
        case .setting(let path, let secret): shown ? "\(secret.withExposed { $0 })  (from \(path))" : "from \(path)"
        case .environment(let variable, let secret):
            shown ? "\(secret.withExposed { $0 })  (from $\(variable))" : "from $\(variable)"
        }
    }

    /// What stands behind `Bearer` between double quotes. `nil`: no token is needed.
    private func bearer(shown: Bool) -> String? {
        switch token {
        case .notNeeded: nil
        case .file(let path, let secret): shown ? Self.insideDoubleQuotes(secret) : "$(cat \(Self.quoted(path)))"
        case .setting(_, let secret): shown ? Self.insideDoubleQuotes(secret) : "$UNDERSTUDY_GATEWAY_TOKEN"
        case .environment(let variable, let secret): shown ? Self.insideDoubleQuotes(secret) : "$\(variable)"
        }
    }

    /// Escapes what a POSIX shell reads inside double quotes (POSIX.1-2024, Shell Command Language §2.2.3).
    private static func insideDoubleQuotes(_ secret: Secret) -> String {
        secret.withExposed { text in
            text.reduce(into: "") { line, character in
                if character == "\"" || character == "\\" || character == "$" || character == "`" { line.append("\\") }
                line.append(character)
            }
        }
    }

    /// `text` as one shell word: as it is when every character is harmless, else in single quotes.
    static func quoted(_ text: String) -> String {
        let harmless = text.utf8.allSatisfy { byte in
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "0")...UInt8(ascii: "9"): true
            case UInt8(ascii: "/"), UInt8(ascii: "."), UInt8(ascii: "-"), UInt8(ascii: "_"), UInt8(ascii: ":"): true
            default: false
            }
        }
        if harmless, !text.isEmpty { return text }
        return "'" + text.split(separator: "'", omittingEmptySubsequences: false).joined(separator: #"'\''"#) + "'"
    }
}
