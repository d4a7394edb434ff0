// SPDX-License-Identifier: Apache-2.0

/// The candidates of one request, best first, and what could not become one.
///
/// It does not change while the request runs: what is blocked is passed over by `Policy.step`, and what the user selects
/// meanwhile counts for the next request.
public struct Chain: Hashable, Sendable {
    public var links: [ChainLink]
    /// Planned, but impossible to call. In the receipt with its reason, never an exception.
    public var skipped: [SkippedLink]

    public init(links: [ChainLink], skipped: [SkippedLink] = []) {
        self.links = links
        self.skipped = skipped
    }
}

/// A candidate in its place, with what it can hold.
public struct ChainLink: Hashable, Sendable {
    public var candidate: Candidate
    /// Tokens of prompt and reply together; `nil` where nobody said.
    public var contextWindow: Int?
    public var acceptsImages: Bool
    public var acceptsTools: Bool
    /// Where it comes from: `requested`, `agents.defaults.model.fallbacks[0]`, `primary`.
    public var origin: String
    public var kind: CredentialKind
    /// Why its credential stands where it does among those of its model.
    public var place: CredentialPlace

    public init(
        candidate: Candidate, contextWindow: Int? = nil, acceptsImages: Bool = true, acceptsTools: Bool = true,
        origin: String = "requested", kind: CredentialKind = .apiKey, place: CredentialPlace = .kind
    ) {
        self.candidate = candidate
        self.contextWindow = contextWindow
        self.acceptsImages = acceptsImages
        self.acceptsTools = acceptsTools
        self.origin = origin
        self.kind = kind
        self.place = place
    }
}

/// A candidate that was not tried, and why.
public struct SkippedLink: Hashable, Sendable {
    public var model: ModelRef
    /// `nil`: it did not come as far as a credential.
    public var credential: CredentialID?
    public var origin: String
    public var reason: SkipReason

    public init(model: ModelRef, credential: CredentialID? = nil, origin: String, reason: SkipReason) {
        self.model = model
        self.credential = credential
        self.origin = origin
        self.reason = reason
    }
}
