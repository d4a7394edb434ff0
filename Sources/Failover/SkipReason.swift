// SPDX-License-Identifier: Apache-2.0

/// Why a candidate was not tried. None of these says anything about its health.
public enum SkipReason: Hashable, Sendable {
    /// The configuration has no such provider.
    case unknownProvider
    /// The provider speaks a protocol that this build does not.
    case unknownWire(String)
    /// The provider wants a credential and has none.
    case noCredential
    /// The credential is there, and the words say what is wrong with it.
    case credentialUnusable(String)
    /// Its owner has taken the credential out of use; `until` is `nil`: until it is resumed.
    case paused(since: Timestamp, until: Timestamp?)
    /// The ledger says so.
    case blocked(Block)
    /// Its block has ended, and another request is looking whether it works again.
    case leased
    /// It has just come back, and as many requests as it takes for now are at it.
    case returning
    /// Its context window is smaller than the prompt is thought to be, in tokens.
    case tooSmall(needs: Int, window: Int)
    /// The prompt overflowed a window at least as large, in this request.
    case noLargerWindow
    case noImages
    case noTools
    /// Its wire has no way to ask how many tokens a request has.
    case noTokenCount
    /// It speaks this wire and not the client's, and what is asked for exists on the client's alone, such as embeddings.
    case otherWire(String)
    /// The request goes on from a reply that another account keeps.
    case boundElsewhere
    /// Another candidate at this endpoint could not be reached, in this request.
    case endpointDown(EndpointID)
    /// This model refused the request's form on another credential, in this request.
    case sameModel
    /// So many other credentials of its model were tried after it was overloaded or limited; the settings allow no more.
    case rotationsSpent(Int)
    /// `failover.maxAttempts` upstream calls were made.
    case attemptsSpent(Int)
    /// The request's time is over.
    case deadlinePassed
    /// Somebody further up in the chain settled it.
    case notNeeded

    /// Stable, for machines.
    public var code: String {
        switch self {
        case .unknownProvider: "unknown_provider"
        case .unknownWire: "unknown_wire"
        case .noCredential: "no_credential"
        case .credentialUnusable: "credential_unusable"
        case .paused: "paused"
        case .blocked: "blocked"
        case .leased: "leased"
        case .returning: "returning"
        case .tooSmall: "too_small"
        case .noLargerWindow: "no_larger_window"
        case .noImages: "no_images"
        case .noTools: "no_tools"
        case .noTokenCount: "no_token_count"
        case .otherWire: "other_wire"
        case .boundElsewhere: "bound_elsewhere"
        case .endpointDown: "endpoint_down"
        case .sameModel: "same_model"
        case .rotationsSpent: "rotations_spent"
        case .attemptsSpent: "attempts_spent"
        case .deadlinePassed: "deadline_passed"
        case .notNeeded: "not_needed"
        }
    }

    /// For people; completes "passed over: …".
    public var text: String {
        switch self {
        case .unknownProvider: "no such provider is configured"
        case .unknownWire(let name): "its wire \(name) is not spoken here"
        case .noCredential: "its provider has no credential"
        case .credentialUnusable(let why): why
        case .paused(_, nil): "paused by its owner until it is resumed"
        case .paused(_, _?): "paused by its owner for some time"
        case .blocked(let block): "\(block.key.shortText) blocked: \(block.reason.rawValue) (rule \(block.evidence.rule))"
        case .leased: "another request is looking whether it works again"
        case .returning: "it has just come back, and gets its load step by step"
        case .tooSmall(let needs, let window): "about \(needs) tokens do not fit its window of \(window)"
        case .noLargerWindow: "its window is no larger than the one that overflowed"
        case .noImages: "it does not take images"
        case .noTools: "it does not take tools"
        case .noTokenCount: "its wire counts no tokens"
        case .otherWire(let name): "its wire is \(name), and this does not cross from one wire to another"
        case .boundElsewhere: "the request goes on from a reply that another account keeps"
        case .endpointDown(let endpoint): "\(endpoint) could not be reached just now"
        case .sameModel: "this model refused the form of the request just now"
        case .rotationsSpent(let count):
            "auth.cooldowns allows \(count) other credential\(count == 1 ? "" : "s") for a model that is overloaded or limited"
        case .attemptsSpent(let count): "\(count) attempts were made, which is all a request may make"
        case .deadlinePassed: "the request's time was over"
        case .notNeeded: "it was not needed"
        }
    }
}
