// SPDX-License-Identifier: Apache-2.0
@testable import Failover
import JSON
import Testing

@testable import Providers

/// One real error with what it means, from the files beside the tests.
struct CollectedError: Sendable, CustomStringConvertible {
    var id: String
    /// `nil`: any.
    var provider: String?
    var expect: String
    var source: String
    var message: String
    var object: ErrorObject
    private var words: String

    var description: String { id }

    /// 421 errors, most from the documents of providers and from what OpenClaw collected.
    static let corpus = read("errors.jsonl")
    /// 124 more, from issues of many projects, none of them looked at when the rules were first written.
    static let field = read("field-errors.jsonl")
    /// 24 collected after the rules had been written with both at hand.
    static let later = read("later-errors.jsonl")
    static let all = corpus + field + later

    private static func read(_ name: String) -> [CollectedError] {
        guard let bytes = try? Fixture.bytes(name, in: nil) else { return [] }
        return bytes.split(separator: 0x0A).compactMap { CollectedError(Array($0)) }
    }

    private init?(_ bytes: [UInt8]) {
        guard let row = try? JSONValue.parse(bytes), let line = try? ErrorLine(parsing: bytes), let id = line.id,
            let expect = row["expect"]?.string, let source = row["source"]?.string
        else { return nil }
        self.id = id
        provider = line.provider?.rawValue
        self.expect = expect
        self.source = source
        message = line.message ?? ""
        object = line.object(nowMilliseconds: now)
        words = [line.message, line.body].compactMap { $0?.lowercased() }.joined(separator: " ")
    }

    /// Whether a judgement is what the row expects. Rows come from programs with fewer reasons than ours.
    func accepts(_ reason: Reason) -> Bool {
        switch expect {
        case "rate_limit": reason == .rateLimit || reason == .quota
        case "billing": reason == .billing || (reason == .quota && CollectedError.limits.contains { words.contains($0) })
        case "format": reason == .format || reason == .malformed || reason == .invalidRequest
        case "unknown": reason == .unknown || reason == .malformed || reason == .invalidRequest
        case "not_failover": reason == .invalidRequest || reason == .cancelled || reason == .unknown
        case "auth_permanent": reason == .authPermanent || reason == .auth
        default: reason.rawValue == expect
        }
    }

    /// What speaks of a quota or a plan's limit.
    private static let limits = ["quota", "limit", "plan", "额", "套餐"]
}
