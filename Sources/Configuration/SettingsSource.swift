// SPDX-License-Identifier: Apache-2.0
import HTTP

/// Where files come from. This target opens none itself; commands and the gateway bring one over real files.
public protocol SettingsSource {
    /// The bytes of the file at `path`, or `nil` where there is none. At most `SettingsReader.fileLimit` of them: a bigger
    /// file is `.tooBig`, unread.
    func bytes(at path: String) -> Result<[UInt8]?, FileProblem>

    /// `path` with its symbolic links followed, so that an `$include` cannot leave its folder through one. A path that does
    /// not exist stays as it is.
    func resolved(_ path: String) -> String

    /// The secret that a reference of source `file` or `exec` leads to, once its provider is known. Called once for each reference.
    func secret(
        _ reference: SecretReference, in settings: SecretsSettings, variables: [String: String]
    ) -> Result<Secret, SecretProblem>
}

extension SettingsSource {
    public func resolved(_ path: String) -> String { path }

    public func secret(
        _ reference: SecretReference, in settings: SecretsSettings, variables: [String: String]
    ) -> Result<Secret, SecretProblem> {
        .failure(SecretProblem("its reference of source \(reference.source.rawValue) is not followed here"))
    }
}

/// Why a file that is there could not be read.
public enum FileProblem: Error, Hashable, Sendable {
    case folder
    case notPermitted
    case tooBig(limit: Int)
    /// In the system's words, such as `Input/output error`.
    case other(String)

    /// Completes "the file …".
    public var text: String {
        switch self {
        case .folder: "is a folder"
        case .notPermitted: "may not be read by this user"
        case .tooBig(let limit): "is bigger than \(limit >> 20) MB"
        case .other(let words): "cannot be read: \(words)"
        }
    }
}
