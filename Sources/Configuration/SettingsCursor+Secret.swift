// SPDX-License-Identifier: Apache-2.0
import HTTP
import JSON

extension SettingsCursor {
    /// Text, or what a reference leads to. One that leads nowhere is a problem.
    func secret(_ name: String) -> Secret? { child(name)?.secret() }

    func secret() -> Secret? {
        switch followed() {
        case .success(let secret): secret
        case .failure(let failure): problem("\(path.text): \(failure.text)")
        }
    }

    /// The same, with what is wrong with a file or a program as a failure. All else that is wrong has been reported, and is `nil`.
    func followed() -> Result<Secret?, SecretProblem> {
        guard top.object != nil else { return .success(text().map { Secret($0) }) }
        guard let read = SecretReference.read(top) else { return .success(mismatch()) }
        let reference: SecretReference
        switch read {
        case .success(let found): reference = found
        case .failure(let failure): return .success(problem("\(path.text): \(failure.text)"))
        }
        switch reading.secrets.provider(of: reference) {
        case .failure(let failure): return .success(problem("\(path.text): \(failure.text)"))
        case .success((let name, .env(let allowed))):
            if let allowed, !allowed.contains(reference.id) {
                return .success(
                    problem("\(path.text) refers to the variable \(reference.id)", "secrets.providers.\(name).allowlist does not name it"))
            }
            guard let value = reading.variables[reference.id], !value.isEmpty else {
                return .success(problem("Missing env var \"\(reference.id)\" referenced at config path: \(path.text)", "set it"))
            }
            return .success(Secret(value))
        case .success((_, .file)), .success((_, .exec)):
            return reading.source.secret(reference, in: reading.secrets, variables: reading.variables).map { $0 }
        }
    }
}
