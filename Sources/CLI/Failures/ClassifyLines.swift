// SPDX-License-Identifier: Apache-2.0
import Failover
import JSON
import Providers

/// `failures classify --jsonl`: a verdict for each line, in order, as the lines come.
enum ClassifyLines {
    /// Bad lines that are told one by one.
    private static let toldAtMost = 100
    /// Bytes that wait before they are written.
    private static let batch = 64 << 10

    static func run(_ context: CommandContext, path: String?) throws(CommandFailure) -> ExitStatus {
        var source = try InputSource(path: path)
        let now = HostFacts.nowMilliseconds()
        var output: [UInt8] = []
        var number = 0
        var bad = 0
        func tell(_ what: String) {
            bad += 1
            if bad <= toldAtMost { context.output.note("understudy: line \(number): \(what)") }
        }
        while let line = source.line(limit: ErrorLine.limit) {
            number += 1
            switch line {
            case .tooLong: tell("The line is longer than \(ErrorLine.limit) bytes.")
            case .line(let bytes) where bytes.allSatisfy({ $0 <= 0x20 }): continue
            case .line(let bytes):
                do throws(ErrorLineProblem) {
                    let error = try ErrorLine(parsing: bytes)
                    output += JSONWriter.compact(error.verdict(Classifier.classify(error.object(nowMilliseconds: now))).json) + [0x0A]
                } catch {
                    tell(error.message)
                }
            }
            if output.count >= batch || !source.hasMore {
                context.output.lines(output)
                output.removeAll(keepingCapacity: true)
            }
        }
        context.output.lines(output)
        if bad > toldAtMost { context.output.note("understudy: and \(bad - toldAtMost) more lines are no errors") }
        if let problem = source.problem { throw CommandFailure(.failed, "not all could be read, only \(number) lines: \(problem)") }
        return bad == 0 ? .fine : .failed
    }
}
