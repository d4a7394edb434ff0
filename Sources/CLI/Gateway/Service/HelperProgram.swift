// SPDX-License-Identifier: Apache-2.0
import Transport

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// A program of the system's that a command asks, such as `systemctl`.
struct HelperProgram: Sendable {
    var path: String
    var environment: [String: String]

    struct Answer: Hashable, Sendable {
        var status: Int32
        /// Standard output and standard error together, or why there is none.
        var text: String
        var isFine: Bool { status == 0 }
    }

    /// - Returns: `nil` if `PATH` does not lead to it.
    static func find(_ name: String, environment: [String: String]) -> HelperProgram? {
        for folder in (environment["PATH"] ?? "/usr/bin:/bin").split(separator: ":") {
            let path = "\(folder)/\(name)"
            if access(path, X_OK) == 0 { return HelperProgram(path: path, environment: environment) }
        }
        return nil
    }

    /// Runs it to its end, and kills it after `limit`.
    func run(_ arguments: [String], within limit: Duration = .seconds(30)) -> Answer {
        var helper = HelperProcess(
            command: path, arguments: arguments, environment: environment, timeout: limit, outputLimit: 1 << 20)
        helper.takesErrors = true
        switch helper.run() {
        case .failure(let trouble): return Answer(status: 1, text: trouble.text)
        case .success(let answer):
            var text = String(decoding: answer.output, as: UTF8.self)
            while text.last?.isNewline == true { text.removeLast() }
            return switch answer.ending {
            case .exited(let status): Answer(status: status, text: text)
            case .signalled(let number): Answer(status: 128 + number, text: text)
            }
        }
    }
}
