// SPDX-License-Identifier: Apache-2.0
import HTTP

/// How people hand over a secret, the same for every command: typed at a prompt that shows nothing, from standard input (`-`), from a
/// variable (`env:NAME`), or in the command line, with a warning. Blocks the caller; nothing of a secret is ever printed but its mask.
struct SecretInput: Sendable {
    let output: Output
    let environment: [String: String]

    init(_ context: CommandContext) { self.init(output: context.output, environment: context.environment) }

    init(output: Output, environment: [String: String]) {
        self.output = output
        self.environment = environment
    }

    /// What the help of every flag that takes a secret says behind its own sentence.
    static let ways = "- reads standard input, env:NAME a variable; a key typed here is seen in the process list"

    /// - Parameters:
    ///   - given: What the flag says; `nil`: ask.
    ///   - what: For the prompt and errors, such as `OpenAI API key`.
    ///   - flag: What answers without a terminal, such as `--key`.
    /// - Throws: `.usage` for a slip (see `SecretText`), for a variable that is not set, and where there is nobody to ask.
    func secret(_ given: String?, what: String, flag: String) throws(CommandFailure) -> Secret {
        switch given {
        case nil: return try asked(what, flag)
        case "-": return try checked(try standardInput(what, flag), what, from: "standard input")
        case let text? where text.hasPrefix("env:"): return try checked(try variable(text, flag), what, from: String(text.dropFirst(4)))
        case let text?:
            let secret = try checked(text, what, from: flag)
            warn(flag)
            return secret
        }
    }

    /// Puts what `-` and `env:NAME` lead to in the place of flags of kind `secret`. Their shape is nobody's business here.
    func take(into invocation: inout Invocation) throws(CommandFailure) {
        for flag in invocation.command.allFlags {
            guard case .secret(let what) = flag.kind, case .text(let given)? = invocation.flags[flag.name] else { continue }
            let name = "--\(flag.name)"
            switch given {
            case "-":
                let line = try standardInput(what, name).split(whereSeparator: \.isNewline).first.map(String.init) ?? ""
                guard !line.isEmpty else { throw CommandFailure(.usage, "standard input holds no \(what)") }
                invocation.flags[flag.name] = .text(line)
            case let text where text.hasPrefix("env:"): invocation.flags[flag.name] = .text(try variable(text, name))
            default: warn(name)
            }
        }
    }

    private func variable(_ given: String, _ flag: String) throws(CommandFailure) -> String {
        let name = String(given.dropFirst(4))
        if let value = environment[name], !value.isEmpty { return value }
        throw CommandFailure(
            .usage, "\(flag) names the variable \(SafeText.line(name)), which is not set here",
            hints: ["set and export it in this shell, or hand the secret over on standard input: \(flag) -"])
    }

    private func warn(_ flag: String) {
        output.note(
            "understudy: a secret in the command line can be seen by others on this machine and stays in the shell's history; "
                + "\(flag) - or \(flag) env:NAME keep it out of both")
    }

    private func asked(_ what: String, _ flag: String) throws(CommandFailure) -> Secret {
        guard TypedLine.canAsk else { throw Prompt.nobody(what, flag: "\(flag) - (standard input) or \(flag) env:NAME") }
        for _ in 0..<Prompt.tries {
            guard let text = try TypedLine.hidden("\(what) (nothing is shown while you type or paste): ", limit: SecretText.limit) else {
                throw Prompt.cancelled
            }
            do {
                let secret = try SecretText.read(text)
                TypedLine.show("  taken: \(secret.masked)\n")
                return secret
            } catch { TypedLine.show("  That cannot be it: \(error.text).\n") }
        }
        throw CommandFailure(.failed, "no \(what) was given")
    }

    private func standardInput(_ what: String, _ flag: String) throws(CommandFailure) -> String {
        if TypedLine.canAsk {
            guard let text = try TypedLine.hidden("\(what) (nothing is shown while you type or paste): ", limit: SecretText.limit) else {
                throw Prompt.cancelled
            }
            return text
        }
        var source = try InputSource(path: "-")
        guard let bytes = source.all(limit: SecretText.limit) else {
            throw CommandFailure(.usage, "standard input holds more than \(SecretText.limit) bytes, which is no \(what)")
        }
        if let problem = source.problem { throw CommandFailure(.failed, "standard input cannot be read: \(problem)") }
        guard let text = String(validating: bytes, as: UTF8.self) else {
            throw CommandFailure(.usage, "standard input holds no text, which is no \(what)")
        }
        return text
    }

    private func checked(_ text: String, _ what: String, from place: String) throws(CommandFailure) -> Secret {
        do {
            return try SecretText.read(text)
        } catch {
            throw CommandFailure(.usage, "the \(what) from \(place) cannot be used: \(error.text)")
        }
    }
}
