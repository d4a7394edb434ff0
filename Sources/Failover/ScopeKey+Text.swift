// SPDX-License-Identifier: Apache-2.0

extension ScopeKey {
    /// Seen from a candidate that it covers, such as `this model on this key`.
    var shortText: String {
        switch self {
        case .credentialModel: "this model on this key"
        case .credential: "credential"
        case .providerModel: "this model on every key"
        case .endpoint(let endpoint): "endpoint \(endpoint)"
        }
    }

    /// By name, such as `openai/gpt-5.4 on openai:backup`.
    public var text: String {
        switch self {
        case .credentialModel(let credential, let model): "\(model) on \(credential)"
        case .credential(let credential): "credential \(credential)"
        case .providerModel(let model): "\(model) on every key"
        case .endpoint(let endpoint): "endpoint \(endpoint)"
        }
    }
}

extension BlockEffect {
    /// By name, for logs: `openai/gpt-5.4 on openai:backup blocked 30 s`.
    public var text: String { text(of: key.text) }

    /// Beneath its attempt: `this model on this key blocked 30 s`.
    var shortText: String { text(of: key.shortText) }

    private func text(of name: String) -> String {
        switch kind {
        case .blocked(_, let length, let setBy): "\(name) blocked \(window(length, setBy))"
        case .widened(_, let length, let setBy): "second failure: \(name) blocked \(window(length, setBy))"
        case .cleared: "\(name) free again"
        case .narrowed: "\(name) free again, but for the models that failed"
        case .unchanged: "\(name) blocked already"
        case .ownNetwork: "nothing blocked: other endpoints fail too, so it is our own network"
        }
    }

    private func window(_ length: Duration, _ setBy: WindowLength) -> String {
        switch setBy {
        case .secret: "until its secret changes"
        case .retryAfter: "\(Words.duration(length)) (Retry-After)"
        case .providerReset: "\(Words.duration(length)) (the provider's word)"
        case .ladder where reason == .billing || reason == .quota: "\(Words.duration(length)), then one request looks again"
        case .ladder: Words.duration(length)
        }
    }
}
