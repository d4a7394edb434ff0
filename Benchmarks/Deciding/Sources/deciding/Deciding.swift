// SPDX-License-Identifier: Apache-2.0
import Failover
import HTTP
import Providers

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// How long decisions take. The best of many runs: whatever else the machine does only adds to it.
@main
enum Deciding {
    static func main() {
        print("| error of 2 KB | judged, µs | read and judged, µs | rule |")
        print("| --- | ---: | ---: | --- |")
        for error in Self.errors {
            let object = error.read()
            let judged = best { Classifier.classify(object) }
            let both = best { Classifier.classify(error.read()) }
            print("| \(error.name) | \(text(judged)) | \(text(both)) | `\(Classifier.classify(object).rule)` |")
        }
    }

    private static func best(_ work: () -> Failure) -> Duration {
        var best = Duration.seconds(60)
        var length = 0
        for _ in 0..<40 {
            let run = ContinuousClock().measure { for _ in 0..<500 { length &+= work().rule.utf8.count } }
            best = min(best, run / 500)
        }
        precondition(length > 0)
        return best
    }

    private static func text(_ duration: Duration) -> String {
        let tenths = duration.components.attoseconds / 100_000_000_000
        return "\(tenths / 10).\(tenths % 10)"
    }

    // MARK: Errors

    private struct Sample {
        var name: String
        var status: Int
        var message: String

        /// As the relay has it read.
        func read() -> ErrorObject {
            let reader = ErrorReader(
                wire: .openaiCompletions, context: ErrorContext(provider: "somebody", model: "m"), nowMilliseconds: 1_795_262_400_000)
            let body = Array(#"{"error":{"message":"\#(message)","type":"invalid_request_error","param":null,"code":null}}"#.utf8)
            return status == 200 ? reader.insideSuccess(body: body) : reader.read(status: status, headers: Headers(), body: body)
        }
    }

    /// 1.9 KB of words that errors are made of, and that mean nothing together.
    private static let words = String(
        repeating: "The value at messages[3].content[1].text was not accepted because the schema wants something else here; "
            + "see the reference for what is allowed and what a limit of tokens may be. ", count: 11)

    private static let errors = [
        Sample(name: "400, nothing known in it", status: 400, message: words),
        Sample(name: "429, a quota at its end", status: 429, message: words + "You exceeded your current quota."),
        Sample(name: "in a 200, nothing known in it", status: 200, message: words),
    ]
}
