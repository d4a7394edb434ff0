// SPDX-License-Identifier: Apache-2.0
#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// The `understudy` that was built together with these tests, run as a user would: in a home folder of its own, with a clean environment.
public struct BuiltBinary: Hashable, Sendable {
    /// Why a test could not run it. Says what it had written until then.
    public struct Problem: Error, Hashable, Sendable, CustomStringConvertible {
        public var description: String
        public init(_ description: String) { self.description = description }
    }

    /// How a process ended, and all that it wrote.
    public struct Finished: Hashable, Sendable {
        public enum Ending: Hashable, Sendable {
            case exited(Int32)
            case signalled(Int32)
        }
        public var ending: Ending
        public var out: String
        public var error: String
        /// It ran longer than it was allowed to and was killed.
        public var ranTooLong: Bool

        /// The exit status; `nil` after a signal.
        public var status: Int32? {
            guard case .exited(let status) = ending else { return nil }
            return status
        }
    }

    /// Absolute.
    public let path: String

    /// Finds it: `UNDERSTUDY_TEST_BINARY` if set, else beside the loaded test bundle, which is where SwiftPM puts both, debug or release.
    public init() throws(Problem) {
        if let told = getenv("UNDERSTUDY_TEST_BINARY") {
            path = String(cString: told)
            guard Self.isProgram(path) else { throw Problem("UNDERSTUDY_TEST_BINARY is \(path), which is not a program") }
            return
        }
        // Linux runs the bundle itself; macOS runs a helper with the bundle's path behind --test-bundle-path.
        guard let word = CommandLine.arguments.first(where: { $0.contains(".xctest") }), let real = realpath(word, nil) else {
            throw Problem("the test bundle's own path is not known")
        }
        defer { free(real) }
        let bundle = String(cString: real)
        var folder = bundle[...]
        // On macOS the bundle is a folder: Some.xctest/Contents/MacOS/Some.
        for _ in 0..<4 {
            guard let slash = folder.lastIndex(of: "/") else { break }
            folder = folder[..<slash]
            if Self.isProgram(folder + "/understudy") {
                path = folder + "/understudy"
                return
            }
        }
        throw Problem("there is no program named understudy beside \(bundle); swift build makes it")
    }

    /// Another program, for the tests of this type and of commands' helpers.
    public init(program path: String) { self.path = path }

    /// Runs it to its end.
    ///
    /// - Parameters:
    ///   - environment: Added to `HOME`, `PATH`, `TMPDIR`, `LANG` and `TZ=UTC`, which is all it gets otherwise.
    ///   - input: What its standard input holds.
    ///   - home: Kept by the caller to look into afterwards, or `nil` for a new one.
    ///   - limit: How long it may take before it is killed.
    public func run(
        _ arguments: [String], environment: [String: String] = [:], input: String = "", home: TemporaryHome? = nil,
        workingFolder: String? = nil, limit: Duration = .seconds(120)
    ) async throws(Problem) -> Finished {
        let running = try start(
            arguments, environment: environment, input: input, home: home, workingFolder: workingFolder, limit: limit)
        return await running.finished()
    }

    /// Starts it and returns at once. What it does not end by itself is killed when the value goes away, or after `limit`.
    public func start(
        _ arguments: [String], environment: [String: String] = [:], input: String = "", home: TemporaryHome? = nil,
        workingFolder: String? = nil, limit: Duration = .seconds(120)
    ) throws(Problem) -> RunningBinary {
        let home = if let home { home } else { try TemporaryHome() }
        var variables = ["HOME": home.path, "PATH": "/usr/local/bin:/usr/bin:/bin", "TMPDIR": "/tmp", "LANG": "C.UTF-8", "TZ": "UTC"]
        variables.merge(environment) { _, new in new }
        return try RunningBinary(
            path: path, arguments: arguments, environment: variables, input: Array(input.utf8), home: home,
            workingFolder: workingFolder ?? home.path, limit: limit)
    }

    private static func isProgram(_ path: some StringProtocol) -> Bool {
        var status = stat()
        let path = String(path)
        return stat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFREG && access(path, X_OK) == 0
    }
}
