// SPDX-License-Identifier: Apache-2.0

/// A model at a provider, written `provider/model`.
public struct ModelRef: Hashable, Sendable, CustomStringConvertible {
    public var provider: ProviderID
    /// As the provider calls it. May hold slashes: `openrouter/anthropic/claude-sonnet-4` is `anthropic/claude-sonnet-4` at
    /// `openrouter`.
    public var model: String

    public init(provider: ProviderID, model: String) {
        self.provider = provider
        self.model = model
    }

    /// Splits `text` at its first slash. The provider is trimmed and lower-cased, the model trimmed.
    ///
    /// - Returns: `nil` where either side is empty.
    public init?(_ text: String) {
        guard let slash = text.utf8.firstIndex(of: UInt8(ascii: "/")) else { return nil }
        let provider = ModelRef.trimmed(text[..<slash])
        let model = ModelRef.trimmed(text[text.utf8.index(after: slash)...])
        guard !provider.isEmpty, !model.isEmpty else { return nil }
        self.init(provider: ProviderID(rawValue: provider.lowercased()), model: String(model))
    }

    public var description: String { "\(provider)/\(model)" }

    static func trimmed(_ text: Substring) -> Substring {
        var text = text
        while let first = text.first, first.isWhitespace { text = text.dropFirst() }
        while let last = text.last, last.isWhitespace { text = text.dropLast() }
        return text
    }
}

/// A model with the credential that a user wants for it: `provider/model@credential`.
public struct PinnedModelRef: Hashable, Sendable, CustomStringConvertible {
    public var ref: ModelRef
    /// `nil`: any credential.
    public var credential: CredentialID?

    public init(ref: ModelRef, credential: CredentialID? = nil) {
        self.ref = ref
        self.credential = credential
    }

    /// Reads `provider/model[@credential]`.
    ///
    /// What follows the last `@` is a credential only if it looks like one: not a version, as in Vertex AI's
    /// `claude-sonnet-4@20250514`, which is all digits, nor `default` or `latest`.
    ///
    /// - Returns: `nil` where a part is empty.
    public init?(_ text: String) {
        if let at = text.utf8.lastIndex(of: UInt8(ascii: "@")) {
            let credential = ModelRef.trimmed(text[text.utf8.index(after: at)...])
            let isVersion =
                credential.utf8.allSatisfy { $0 >= UInt8(ascii: "0") && $0 <= UInt8(ascii: "9") }
                || credential == "default" || credential == "latest"
            if credential.isEmpty { return nil }
            if !isVersion {
                guard let ref = ModelRef(String(text[..<at])) else { return nil }
                self.init(ref: ref, credential: CredentialID(rawValue: String(credential)))
                return
            }
        }
        guard let ref = ModelRef(text) else { return nil }
        self.init(ref: ref)
    }

    public var description: String { credential.map { "\(ref)@\($0)" } ?? ref.description }
}
