// SPDX-License-Identifier: Apache-2.0

/// The program: reads a command line, runs the command, and says how it went.
public enum CommandLineTool {
    /// Waits for the gateway that another process has become, if this process was put in the place of the one before it. Blocks.
    ///
    /// - Returns: The process's exit status; `nil` for a process that has a command line to run.
    public static func followed() -> Int32? {
        Follower.follow(told: HostFacts.environment()).map { (ExitStatus(rawValue: $0) ?? .failed).rawValue }
    }

    /// Runs the process's own command line.
    ///
    /// - Parameter arguments: With the program's name first, as in `CommandLine.arguments`.
    /// - Returns: The process's exit status. All output has been written.
    public static func run(_ arguments: [String]) async -> Int32 {
        let environment = HostFacts.environment()
        return await run(Array(arguments.dropFirst()), environment: environment, sink: DescriptorSink()) { wantsColour in
            Terminal.detect(environment: environment, wantsColour: wantsColour)
        }.rawValue
    }

    /// The same with everything around it given. `words` are those after the program's name.
    static func run(
        _ words: [String], environment: [String: String], sink: any OutputSink, list: CommandList = .all,
        terminal: (_ wantsColour: Bool?) -> Terminal
    ) async -> ExitStatus {
        // Known before parsing, so that an error about the command line can obey it too.
        let flags = words.prefix { $0 != "--" }
        let wantsColour = flags.last { $0 == "--color" || $0 == "--no-color" }.map { $0 == "--color" }
        let wantsJSON = flags.last { $0 == "--json" || $0 == "--no-json" } == "--json"
        var output = Output(terminal: terminal(wantsColour), wantsJSON: wantsJSON, sink: sink)
        var status: ExitStatus
        do {
            switch try ArgumentParser(list: list).parse(words) {
            case .help(let path, _): status = try HelpCommand.show(path, list: list, output: output)
            case .run(var invocation):
                output.wantsJSON = invocation.isOn(.json)
                try SecretInput(output: output, environment: environment).take(into: &invocation)
                status = try await invocation.command.run(
                    CommandContext(invocation: invocation, output: output, list: list, environment: environment))
            }
        } catch {
            output.failure(error)
            status = error.status
        }
        if sink.lost, status == .fine {
            output.note("understudy: standard output could not be written; the answer is not complete")
            status = .outputLost
        }
        return status
    }
}
