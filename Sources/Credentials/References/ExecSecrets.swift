// SPDX-License-Identifier: Apache-2.0
import Configuration
import HTTP
import JSON
import Transport

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// References of source `exec`: a program that is asked in JSON on its standard input and answers on its standard output, protocol 1 of
/// OpenClaw (docs.openclaw.ai/gateway/secrets). No shell reads its command line.
struct ExecSecrets {
    /// The name in `secrets.providers`.
    let name: String
    let program: SecretsSettings.Program
    let home: String

    typealias Answers = [String: Result<Secret, SecretProblem>]

    /// - Returns: An answer for each id.
    func answers(to ids: [String], limits: SecretsSettings.Limits, variables: [String: Secret]) -> Answers {
        func all(_ text: String) -> Answers {
            Dictionary(
                ids.map { ($0, .failure(SecretProblem("secrets.providers.\(name): \(text)"))) }, uniquingKeysWith: { first, _ in first })
        }
        if ids.count > limits.referencesPerProvider { return all("\(ids.count) secrets are more than maxRefsPerProvider allows") }
        let question = JSONWriter.compact([
            "protocolVersion": 1, "provider": .string(name), "ids": .array(ids.map { .string($0) }),
        ])
        if question.count > limits.requestBytes { return all("what it is asked has more bytes than maxBatchBytes allows") }
        let command: String
        switch checkedCommand() {
        case .success(let path): command = path
        case .failure(let problem): return all(problem.text)
        }
        var environment = program.environment
        for name in program.passedVariables where environment[name] == nil {
            if let value = variables[name] { environment[name] = value.withExposed { $0 } }
        }
        guard question.count <= HelperProcess.inputLimit else {
            // In parts, each as long as a pipe takes at once.
            let (first, second) = (Array(ids[..<(ids.count / 2)]), Array(ids[(ids.count / 2)...]))
            return answers(to: first, limits: limits, variables: variables).merging(
                answers(to: second, limits: limits, variables: variables)
            ) { first, _ in first }
        }
        var helper = HelperProcess(
            command: command, arguments: program.arguments, environment: environment, timeout: program.timeout,
            outputLimit: program.maxOutputBytes)
        helper.input = question
        helper.quietTimeout = program.noOutputTimeout
        // Never where somebody happened to call us: what lies there is not for a program that sees secrets.
        helper.folder = home
        switch helper.run() {
        case .failure(let trouble): return all(trouble.text)
        case .success(let answer):
            switch answer.ending {
            case .exited(0): return read(answer.output, ids, all)
            case .exited(let status): return all("it ended with status \(status)")
            case .signalled(let number): return all("signal \(number) ended it")
            }
        }
    }

    // MARK: The answer

    private func read(_ output: [UInt8], _ ids: [String], _ all: (String) -> Answers) -> Answers {
        guard let text = String(validating: output, as: UTF8.self), let trimmed = Secret(text).trimmed else {
            return all("it answered nothing")
        }
        let value = try? JSONValue.parse(output)
        if !program.isJSONOnly, ids.count == 1, value?.object == nil {
            // A bare text, or a JSON text.
            return [ids[0]: .success(value?.string.map { Secret($0) } ?? trimmed)]
        }
        guard let answer = value?.object else { return all("its answer is no JSON object") }
        guard answer["protocolVersion"]?.int == 1 else { return all("its answer's protocolVersion is not 1") }
        guard let values = answer["values"]?.object else { return all("its answer has no values") }
        var answers: Answers = [:]
        for id in ids {
            if let error = answer["errors"]?[id] {
                let said = error["message"]?.string.map { ": \(Self.shown($0))" } ?? ""
                answers[id] = .failure(SecretProblem("secrets.providers.\(name) has no \(id)\(said)"))
            } else if let secret = values[id]?.string.flatMap({ Secret($0).trimmed }) {
                answers[id] = .success(secret)
            } else {
                answers[id] = .failure(SecretProblem("secrets.providers.\(name) did not answer for \(id)"))
            }
        }
        return answers
    }

    /// A program's own words, in one short line.
    private static func shown(_ text: String) -> String {
        String(text.unicodeScalars.prefix(160).map { $0.properties.generalCategory == .control ? " " : Character($0) })
    }

    // MARK: The command

    /// The program's real path, once it is sure that nobody else could have put it there.
    private func checkedCommand() -> Result<String, SecretProblem> {
        func refused(_ text: String) -> Result<String, SecretProblem> { .failure(SecretProblem(text)) }
        let written = Self.expanded(program.command, home)
        guard written.hasPrefix("/") else { return refused("its command is no absolute path") }
        var status = stat()
        guard lstat(written, &status) == 0 else { return refused("its command \(written) does not exist") }
        if status.st_mode & S_IFMT == S_IFLNK, !program.allowsLink {
            return refused("its command \(written) is a symbolic link; allowSymlinkCommand says that this is meant")
        }
        guard let real = realpath(written, nil) else { return refused("its command \(written) is a link to a place that does not exist") }
        defer { free(real) }
        let path = String(cString: real)
        guard stat(path, &status) == 0, status.st_mode & S_IFMT == S_IFREG else { return refused("its command \(written) is not a file") }
        guard access(path, X_OK) == 0 else { return refused("its command \(written) cannot be run by this user") }
        let folders = program.trustedFolders.map { Self.resolved(Self.expanded($0, home)) }
        if !folders.isEmpty, !folders.contains(where: { path.hasPrefix($0 == "/" ? "/" : $0 + "/") }) {
            return refused("its command \(path) is outside of trustedDirs")
        }
        if !program.allowsInsecurePath, let why = insecurity(of: path, status) {
            return refused("its command \(path) \(why); allowInsecurePath says that this is meant")
        }
        return .success(path)
    }

    private func insecurity(of path: String, _ status: stat) -> String? {
        if status.st_mode & 0o022 != 0 { return "can be changed by others" }
        if status.st_uid != geteuid(), status.st_uid != 0 { return "belongs to another user" }
        var folder = stat()
        let place = path.lastIndex(of: "/").map { String(path[..<$0]) } ?? ""
        guard stat(place.isEmpty ? "/" : place, &folder) == 0 else { return nil }
        // Where the sticky bit is set, others may add files but not replace this one.
        return folder.st_mode & 0o022 != 0 && folder.st_mode & S_ISVTX == 0 ? "lies in a folder that others can write to" : nil
    }

    private static func expanded(_ path: String, _ home: String) -> String {
        path == "~" || path.hasPrefix("~/") ? home + path.dropFirst() : path
    }

    private static func resolved(_ path: String) -> String {
        var path = path
        while path.count > 1, path.hasSuffix("/") { path.removeLast() }
        guard let real = realpath(path, nil) else { return path }
        defer { free(real) }
        return String(cString: real)
    }
}
