// SPDX-License-Identifier: Apache-2.0
import Configuration
import HTTP
import Synchronization
import Transport

/// Follows references to secrets during one load of settings and credentials: each file is read once, and each program is asked once for
/// everything that is known to be needed of it. Blocks on files and programs; keep it off the event loops.
///
/// Nothing that it finds is ever written anywhere.
public final class SecretResolver: Sendable {
    private struct State {
        var answers: [SecretReference: Result<Secret, SecretProblem>] = [:]
        var files: [String: Result<[UInt8], SecretProblem>] = [:]
        var notes: [PoolSnapshot.Note] = []
        var paths: [String] = []
    }

    /// What a `~` stands for.
    private let home: String
    private let memory: SecretMemory?
    private let state = Mutex(State())

    /// - Parameter memory: Secrets of earlier loads, which stand in where one cannot be had any more; `nil`: nothing does.
    public init(home: String, memory: SecretMemory? = nil) {
        self.home = home
        self.memory = memory
    }

    /// What is worth a remark: a secret of an earlier load that is still used, a file that others can read.
    public var notes: [PoolSnapshot.Note] { state.withLock { $0.notes } }
    /// The files that were looked at, also those that are missing: what to watch.
    public var paths: [String] { state.withLock { $0.paths } }

    /// Asks programs for many secrets at once, several programs at the same time. Later calls of `secret` take them from here.
    public func prepare(_ references: [SecretReference], in settings: SecretsSettings, variables: [String: Secret]) {
        var wanted: [String: (program: SecretsSettings.Program, references: [SecretReference])] = [:]
        for reference in references where reference.source == .exec && answer(to: reference) == nil {
            guard case .success((let name, .exec(let program))) = settings.provider(of: reference) else { continue }
            if wanted[name]?.references.contains(reference) == true { continue }
            wanted[name, default: (program, [])].references.append(reference)
        }
        let work = wanted.sorted { $0.key < $1.key }
        guard work.count > 1 else {
            for (name, value) in work { ask(name, value.program, value.references, settings.limits, variables) }
            return
        }
        let next = Turn()
        let run: @Sendable () -> Void = { [self] in
            while let place = next.take(below: work.count) {
                ask(work[place].key, work[place].value.program, work[place].value.references, settings.limits, variables)
            }
        }
        let others = (1..<min(settings.limits.providersAtOnce, work.count)).compactMap { _ in try? Thread(named: "secrets", run) }
        run()
        for thread in others { thread.join() }
    }

    /// The secret that a reference leads to, or why there is none.
    public func secret(
        _ reference: SecretReference, in settings: SecretsSettings, variables: [String: Secret]
    ) -> Result<Secret, SecretProblem> {
        if let known = answer(to: reference) { return known }
        let provider: (name: String, provider: SecretsSettings.Provider)
        switch settings.provider(of: reference) {
        case .success(let found): provider = found
        case .failure(let problem): return .failure(problem)
        }
        switch provider.provider {
        case .env(let allowed): return Self.variable(reference.id, allowed, provider.name, variables)
        case .file(let file):
            let found = read(file, named: provider.name).flatMap { FileSecrets.secret(reference.id, in: $0, file) }
            keep([reference: found], provider.name)
        case .exec(let program): ask(provider.name, program, [reference], settings.limits, variables)
        }
        return answer(to: reference) ?? .failure(SecretProblem("its reference \(reference.shown) has no answer"))
    }

    private static func variable(
        _ name: String, _ allowed: Set<String>?, _ provider: String, _ variables: [String: Secret]
    ) -> Result<Secret, SecretProblem> {
        if let allowed, !allowed.contains(name) {
            return .failure(SecretProblem("secrets.providers.\(provider).allowlist does not name the variable \(name)"))
        }
        guard let secret = variables[name]?.trimmed else { return .failure(SecretProblem("environment variable \(name) is not set")) }
        return .success(secret)
    }

    private func answer(to reference: SecretReference) -> Result<Secret, SecretProblem>? { state.withLock { $0.answers[reference] } }

    private func ask(
        _ name: String, _ program: SecretsSettings.Program, _ references: [SecretReference], _ limits: SecretsSettings.Limits,
        _ variables: [String: Secret]
    ) {
        let ids = references.map(\.id)
        let answers = ExecSecrets(name: name, program: program, home: home).answers(to: ids, limits: limits, variables: variables)
        var found: [SecretReference: Result<Secret, SecretProblem>] = [:]
        for reference in references {
            found[reference] = answers[reference.id] ?? .failure(SecretProblem("secrets.providers.\(name) did not answer"))
        }
        keep(found, name)
    }

    /// A file's bytes, read once.
    private func read(_ file: SecretsSettings.File, named name: String) -> Result<[UInt8], SecretProblem> {
        let path = expanded(file.path)
        if let known = state.withLock({ $0.files[path] }) { return known }
        let (result, remark) = FileSecrets.read(path, file)
        state.withLock { state in
            state.files[path] = result
            if !state.paths.contains(path) { state.paths.append(path) }
            if let remark { state.notes.append(PoolSnapshot.Note(place: path, text: remark)) }
        }
        return result
    }

    private func expanded(_ path: String) -> String { path == "~" || path.hasPrefix("~/") ? home + path.dropFirst() : path }

    /// Remembers answers; where one failed, what was good before stands in.
    private func keep(_ found: [SecretReference: Result<Secret, SecretProblem>], _ name: String) {
        var kept: [SecretReference: Result<Secret, SecretProblem>] = [:]
        var notes: [PoolSnapshot.Note] = []
        for (reference, result) in found {
            switch result {
            case .success(let secret):
                memory?.remember(secret, for: reference)
                kept[reference] = result
            case .failure(let problem):
                if let before = memory?.secret(for: reference) {
                    kept[reference] = .success(before)
                    notes.append(
                        PoolSnapshot.Note(place: "secrets.providers.\(name)", text: "\(problem.text); the secret of before is still used"))
                } else {
                    kept[reference] = result
                }
            }
        }
        state.withLock { state in
            state.answers.merge(kept) { _, new in new }
            for note in notes where !state.notes.contains(note) { state.notes.append(note) }
        }
    }
}

/// Numbers from 0, each given out once.
private final class Turn: Sendable {
    private let next = Mutex(0)

    /// `nil` once `limit` is reached.
    func take(below limit: Int) -> Int? {
        next.withLock { next in
            guard next < limit else { return nil }
            defer { next += 1 }
            return next
        }
    }
}

/// The secrets that references led to, for the next load of the same process.
public final class SecretMemory: Sendable {
    private let secrets = Mutex<[SecretReference: Secret]>([:])

    public init() {}

    func remember(_ secret: Secret, for reference: SecretReference) { secrets.withLock { $0[reference] = secret } }
    func secret(for reference: SecretReference) -> Secret? { secrets.withLock { $0[reference] } }
}
