// SPDX-License-Identifier: Apache-2.0

/// A request that nobody answered, as one status and one message that says what to do next.
public struct Refusal: Hashable, Sendable {
    /// 429 where only limits of rate and quota stand in the way, 404 where no provider has the model, 400 where no candidate
    /// can hold the request, else 503.
    public var status: Int
    /// Names each candidate, its reason, and what to do next.
    public var message: String
    /// Stable, for machines, such as `all_candidates_failed`.
    public var code: String
    /// In the words of OpenAI's wires, such as `rate_limit_error`.
    public var type: String
    /// The member of the client's request that it is about, such as `messages[2].content`.
    public var param: String?
    /// When the first candidate may be free again; `nil`: nobody knows.
    public var retryAfter: Duration?
    /// For `x-should-retry`: whether a client's SDK ought to try again by itself. Where we have walked a whole chain it would
    /// only multiply it.
    public var shouldRetry: Bool?
    /// Nothing but overload stands in the way: some APIs have a status of its own for that. Not kept in receipts.
    public var isOverload = false

    public init(status: Int, message: String, code: String, type: String, retryAfter: Duration? = nil, shouldRetry: Bool? = false) {
        self.status = status
        self.message = message
        self.code = code
        self.type = type
        self.retryAfter = retryAfter
        self.shouldRetry = shouldRetry
    }

    /// No attempt was made, since too many requests are under way.
    public static let busy = {
        var refusal = Refusal(
            status: 503, message: "The gateway has as many requests under way as it takes. Try again in a second.", code: "gateway_busy",
            type: "service_unavailable_error", retryAfter: .seconds(1), shouldRetry: true)
        refusal.isOverload = true
        return refusal
    }()
}
