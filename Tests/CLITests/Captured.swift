// SPDX-License-Identifier: Apache-2.0
import Synchronization

@testable import CLI

/// Keeps what a command prints.
final class Captured: OutputSink {
    private let streams = Mutex((out: [UInt8](), error: [UInt8]()))
    let lost: Bool

    init(lost: Bool = false) { self.lost = lost }

    var out: String { streams.withLock { String(decoding: $0.out, as: UTF8.self) } }
    var error: String { streams.withLock { String(decoding: $0.error, as: UTF8.self) } }

    func write(_ bytes: [UInt8], to stream: Output.Stream) {
        streams.withLock { streams in
            switch stream {
            case .out: streams.out += bytes
            case .error: streams.error += bytes
            }
        }
    }
}

/// Runs a command line inside the test, without a terminal.
func play(
    _ words: [String], list: CommandList = .all, environment: [String: String] = [:], terminal: Terminal = .plain, lost: Bool = false
) async -> (status: CLI.ExitStatus, out: String, error: String) {
    let sink = Captured(lost: lost)
    let status = await CommandLineTool.run(words, environment: environment, sink: sink, list: list) { _ in terminal }
    return (status, sink.out, sink.error)
}
