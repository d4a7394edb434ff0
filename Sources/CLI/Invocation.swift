// SPDX-License-Identifier: Apache-2.0
import Credentials

/// What a command line says, once read: the command, and the typed values of its flags and parameters.
struct Invocation: Sendable {
    var command: Command
    /// By the flag's own name, whichever name was typed.
    var flags: [String: FlagValue] = [:]
    /// The words that are not flags, at most as many as the command takes.
    var words: [String] = []

    /// `nil` when the flag was not given.
    func toggle(_ flag: Flag) -> Bool? {
        guard case .toggle(let value)? = value(of: flag) else { return nil }
        return value
    }

    func isOn(_ flag: Flag) -> Bool { toggle(flag) ?? false }

    func text(_ flag: Flag) -> String? {
        guard case .text(let value)? = value(of: flag) else { return nil }
        return value
    }

    func texts(_ flag: Flag) -> [String] {
        guard case .texts(let values)? = value(of: flag) else { return [] }
        return values
    }

    func number(_ flag: Flag) -> Int? {
        guard case .number(let value)? = value(of: flag) else { return nil }
        return value
    }

    func age(_ flag: Flag) -> Duration? {
        guard case .age(let value)? = value(of: flag) else { return nil }
        return value
    }

    private func value(of flag: Flag) -> FlagValue? {
        assert(command.flag(named: flag.name) != nil, "\(command.name) asks for --\(flag.name), which it does not list")
        return flags[flag.name]
    }
}

/// What a command has at hand when it runs.
struct CommandContext: Sendable {
    var invocation: Invocation
    var output: Output
    /// Everything that can be typed, this command included.
    var list: CommandList
    /// The process's environment.
    var environment: [String: String]
    /// Follows each reference to a secret once, however often the command reads the settings: behind one may be a program that asks
    /// somebody.
    let secrets: SecretResolver

    init(invocation: Invocation, output: Output, list: CommandList, environment: [String: String]) {
        self.invocation = invocation
        self.output = output
        self.list = list
        self.environment = environment
        secrets = SecretResolver(home: ConfigLocation.home(environment: environment))
    }
}
