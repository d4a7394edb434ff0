// SPDX-License-Identifier: Apache-2.0

/// What a client has of one attempt's reply that broke off, or was asked to go on from one that did.
public struct SentPart: Hashable, Sendable {
    /// How it was asked to go on; `nil`: it began the reply.
    public var asked: Continuing?
    /// Bytes of the answer's text that the client has of it, as UTF-8.
    public var bytes: Int
    /// Bytes that it said again of what the client had, and that were left out.
    public var trimmed: Int
    /// Why nobody may go on from it; `nil`: somebody may.
    public var obstacle: RescueObstacle?
    /// Of the attempt, in US dollars; `nil` where a count or a price is not known.
    public var cost: Double?

    public init(asked: Continuing? = nil, bytes: Int = 0, trimmed: Int = 0, obstacle: RescueObstacle? = nil, cost: Double? = nil) {
        self.asked = asked
        self.bytes = bytes
        self.trimmed = trimmed
        self.obstacle = obstacle
        self.cost = cost
    }

    /// What it was sent held part of a reply, which no client wrote.
    var asksToGoOn: Bool { asked == .prefill || asked == .transcript }
}

extension SentPart {
    /// For a receipt in words, such as `went on with the text so far, asked by prefill; gave 230 bytes`.
    public var text: String {
        var parts: [String] = []
        switch asked {
        case nil: parts.append("the client has \(bytes) bytes of its answer")
        case .afresh: parts.append("asked afresh, since the client had nothing of the answer; gave \(bytes) bytes")
        case .prefill: parts.append("went on from the text so far, as its own beginning; gave \(bytes) bytes")
        case .transcript: parts.append("went on from the text so far, as asked behind it; gave \(bytes) bytes")
        }
        if trimmed > 0 { parts.append("\(trimmed) bytes said again were left out") }
        if let obstacle { parts.append("nobody may go on: \(obstacle.text)") }
        if let cost { parts.append("$\(Self.dollars(cost))") }
        return parts.joined(separator: "; ")
    }

    /// To a thousandth of a cent.
    private static func dollars(_ amount: Double) -> String {
        let units = Int((min(max(amount, 0), 1e9) * 100_000).rounded())
        let rest = String(units % 100_000)
        return "\(units / 100_000)." + String(repeating: "0", count: 5 - rest.count) + rest
    }
}

/// How a candidate is asked to go on with another's reply.
public enum Continuing: String, Hashable, Sendable, CaseIterable {
    /// The request as it was: the client has nothing of the answer yet but thoughts.
    case afresh
    /// The text so far stands as the beginning of the assistant's message.
    case prefill
    /// The text so far stands as the assistant's message, with a request to go on behind it.
    case transcript
}

/// Why a reply that broke off after the client had part of it is not finished by another candidate.
public enum RescueObstacle: String, Hashable, Sendable, CaseIterable {
    /// `failover.midStream` or the request says so.
    case setting
    /// More than one choice was asked for.
    case choices
    case logprobs
    /// A tool that the provider runs has begun: to run it again could do something twice.
    case serverTool = "server_tool"
    /// An image, audio, a refusal or a provider's own piece: not text that could be gone on from.
    case otherContent = "other_content"
    /// The text is to be JSON, and what the client has is the beginning of none.
    case structure
    /// More text than is kept of a stream.
    case tooLong = "too_long"

    /// Behind "nobody may go on: ".
    public var text: String {
        switch self {
        case .setting: "failover.midStream is \"error\""
        case .choices: "more than one choice was asked for"
        case .logprobs: "log probabilities were asked for"
        case .serverTool: "a tool of the provider's own had begun"
        case .otherContent: "it held something else than text"
        case .structure: "the text so far is not the beginning of a JSON document"
        case .tooLong: "the text so far is too long"
        }
    }
}
