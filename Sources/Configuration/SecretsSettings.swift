// SPDX-License-Identifier: Apache-2.0

/// `secrets`: where references lead to. Holds no secret.
public struct SecretsSettings: Hashable, Sendable {
    /// `secrets.providers`
    public var providers: [String: Provider] = [:]
    /// `secrets.defaults`
    public var defaults: [SecretReference.Source: String] = [:]
    /// `secrets.resolution`
    public var limits = Limits()

    public init() {}

    public enum Provider: Hashable, Sendable {
        /// - Parameter allowed: `nil`: every variable.
        case env(allowed: Set<String>?)
        case file(File)
        case exec(Program)

        public var source: SecretReference.Source {
            switch self {
            case .env: .env
            case .file: .file
            case .exec: .exec
            }
        }
    }

    public struct File: Hashable, Sendable {
        public var path: String
        /// Whether the file is one secret, or a JSON object with many.
        public var isSingleValue = false
        public var maxBytes = 1 << 20
        /// Whether others may write to it.
        public var allowsInsecurePath = false

        public init(path: String) { self.path = path }
    }

    public struct Program: Hashable, Sendable {
        /// Absolute; `~` is expanded where it is run. Never read by a shell.
        public var command: String
        public var arguments: [String] = []
        /// All of it; a program that is not done by then is killed.
        public var timeout = Duration.seconds(5)
        /// Between two signs of life; `nil`: as `timeout`.
        public var noOutputTimeout: Duration?
        public var maxOutputBytes = 1 << 20
        /// Whether a bare text on standard output is not taken for the secret.
        public var isJSONOnly = true
        public var environment: [String: String] = [:]
        /// Variables of ours that it gets too. No other.
        public var passedVariables: [String] = []
        /// The folders that the command must be below; empty: any.
        public var trustedFolders: [String] = []
        public var allowsInsecurePath = false
        public var allowsLink = false

        public init(command: String) { self.command = command }
    }

    public struct Limits: Hashable, Sendable {
        /// Programs at the same time.
        public var providersAtOnce = 4
        public var referencesPerProvider = 512
        /// Of what one program is asked.
        public var requestBytes = 256 << 10

        public init() {}
    }

    /// The provider that a reference means, and its name.
    public func provider(of reference: SecretReference) -> Result<(name: String, provider: Provider), SecretProblem> {
        let usual = defaults[reference.source] ?? "default"
        let name = reference.provider ?? usual
        guard let provider = providers[name] else {
            // Variables need no provider.
            if reference.source == .env, name == usual || name == "default" { return .success((name, .env(allowed: nil))) }
            return .failure(
                SecretProblem(
                    "its reference names \(name), which is missing in secrets.providers; write {source: \"\(reference.source.rawValue)\", …} there"
                ))
        }
        guard provider.source == reference.source else {
            return .failure(
                SecretProblem(
                    "its reference is of source \(reference.source.rawValue), and secrets.providers.\(name) of source \(provider.source.rawValue)"
                ))
        }
        return .success((name, provider))
    }
}
