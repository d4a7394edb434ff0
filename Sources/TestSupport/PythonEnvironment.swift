// SPDX-License-Identifier: Apache-2.0
#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif
import Synchronization

/// A Python virtual environment with some packages in it, for the tests that drive official SDKs.
///
/// Made at its first use with `python3 -m venv` and `pip install`, in the user's cache folder, where the next run finds it. Tests that
/// ask at once share one making; processes that make it at once do so in folders of their own, of which one is renamed to its place.
public struct PythonEnvironment: Sendable {
    /// Its interpreter, absolute.
    public let python: String

    private static let made = Mutex<[[String]: Task<PythonEnvironment, any Error>]>([:])

    /// - Parameter requirements: As `pip` takes them, such as `openai==3.52.0`.
    /// - Throws: `BuiltBinary.Problem` with what `python3` or `pip` said.
    public static func with(_ requirements: String...) async throws -> PythonEnvironment {
        try await made.withLock { made in
            if let task = made[requirements] { return task }
            let task = Task { try await PythonEnvironment(requirements) }
            made[requirements] = task
            return task
        }.value
    }

    private init(_ requirements: [String]) async throws(BuiltBinary.Problem) {
        let folder = try Self.cacheFolder()
        let place = folder + "/python-" + requirements.joined().filter { $0.isLetter || $0.isNumber || $0 == "." || $0 == "-" || $0 == "=" }
        python = place + "/bin/python"
        if access(python, X_OK) == 0 { return }
        guard let template = strdup(place + ".XXXXXX") else { throw BuiltBinary.Problem("out of memory") }
        defer { free(template) }
        guard mkdtemp(template) != nil else { throw BuiltBinary.Problem("no folder could be made in \(folder): errno \(errno)") }
        let making = String(cString: template)
        do throws(BuiltBinary.Problem) {
            try await Self.run("/usr/bin/env", ["python3", "-m", "venv", making])
            try await Self.run(making + "/bin/python", ["-m", "pip", "install", "--quiet", "--disable-pip-version-check"] + requirements)
        } catch {
            _ = try? await Self.run("/bin/rm", ["-rf", making])
            throw error
        }
        // Nothing in it is run by its path but the interpreter, which finds its packages from where it lies.
        if rename(making, place) != 0 { try await Self.run("/bin/rm", ["-rf", making]) }
        guard access(python, X_OK) == 0 else { throw BuiltBinary.Problem("\(place) could not be put in place: errno \(errno)") }
    }

    /// Runs a script to its end. `environment` is all it gets, beside what `BuiltBinary` gives.
    public func run(
        script: String, _ arguments: [String] = [], environment: [String: String], limit: Duration = .seconds(200)
    ) async throws(BuiltBinary.Problem) -> BuiltBinary.Finished {
        try await BuiltBinary(program: python).run([script] + arguments, environment: environment, limit: limit)
    }

    private static func cacheFolder() throws(BuiltBinary.Problem) -> String {
        guard let base = variable("XDG_CACHE_HOME") ?? variable("HOME").map({ $0 + "/.cache" }) else {
            throw BuiltBinary.Problem("neither XDG_CACHE_HOME nor HOME is set")
        }
        let folder = base + "/understudy-tests"
        for path in [base, folder] {
            guard mkdir(path, 0o755) == 0 || errno == EEXIST else { throw BuiltBinary.Problem("mkdir \(path): errno \(errno)") }
        }
        return folder
    }

    private static func run(_ program: String, _ arguments: [String]) async throws(BuiltBinary.Problem) {
        var environment: [String: String] = [:]
        for name in passedOn { environment[name] = variable(name) }
        let finished = try await BuiltBinary(program: program).run(arguments, environment: environment, limit: .seconds(240))
        guard finished.status == 0 else {
            throw BuiltBinary.Problem("\(arguments.joined(separator: " ")): \(finished.ending)\n\(finished.out)\(finished.error)")
        }
    }

    /// Where Python is, and how this machine reaches the package index.
    private static let passedOn = [
        "PATH", "HOME", "PYENV_ROOT", "PIP_INDEX_URL", "PIP_EXTRA_INDEX_URL", "PIP_FIND_LINKS", "PIP_CERT", "PIP_CONFIG_FILE",
        "PIP_DEFAULT_TIMEOUT",
        "SSL_CERT_FILE", "SSL_CERT_DIR", "REQUESTS_CA_BUNDLE", "HTTPS_PROXY", "https_proxy", "HTTP_PROXY", "http_proxy", "NO_PROXY",
        "no_proxy",
    ]

    private static func variable(_ name: String) -> String? {
        guard let value = getenv(name) else { return nil }
        let text = String(cString: value)
        return text.isEmpty ? nil : text
    }
}
