// SPDX-License-Identifier: Apache-2.0
import JSON
import TestSupport
import Testing

/// The built program on a terminal, as somebody at a keyboard sees it (`Scripts/terminal.py`).
struct PersonAtATerminal: Sendable {
    enum Step: Hashable, Sendable {
        case await(String)
        case type(String)
        case interrupt
    }

    let home: TemporaryHome
    var environment: [String: String] = [:]
    var columns = 100

    /// What was shown, and the status.
    struct Screen: Sendable {
        var text: String
        var status: Int32?
    }

    /// Types a command line, words apart by spaces, and does `steps` while it runs.
    func types(_ line: String, _ steps: [Step] = []) async throws -> Screen {
        let script = JSONValue.array(
            steps.map { step in
                switch step {
                case .await(let text): ["await": .string(text)]
                case .type(let text): ["type": .string(text)]
                case .interrupt: ["signal": "INT"]
                }
            })
        let words = line.split(separator: " ").map(String.init)
        let finished = try await BuiltBinary(program: "/usr/bin/env").run(
            [
                "python3", ProjectFile.path("Tests/GatewayTests/Scripts/terminal.py"), "\(columns)", JSONWriter.string(script),
                try BuiltBinary().path,
            ]
                + words,
            environment: ["TERM": "xterm-256color"].merging(environment) { $1 }, home: home, limit: .seconds(280))
        return Screen(text: finished.out + finished.error, status: finished.status)
    }
}
