// SPDX-License-Identifier: Apache-2.0
import Failover
import Testing

@testable import Store

@Suite struct `A receipt's shape` {
    /// Changes that make another shape of the most common receipt.
    static let changes: [@Sendable (inout Receipt) -> Void] = [
        { $0.facts.deadline.milliseconds += 1 }, { $0.facts.requestedModel += "x" }, { $0.facts.agent = "main" },
        { $0.facts.wire = "anthropic-messages" }, { $0.facts.streaming.toggle() }, { $0.facts.hasImages.toggle() },
        { $0.facts.hasTools.toggle() }, { $0.facts.sentAsWritten.toggle() }, { $0.facts.firstTokenLimit += .nanoseconds(1) },
        { $0.outcome = .answered(attempt: 0, status: 201) },
        { $0.skipped = [SkippedLink(model: Samples.nested.model, origin: "primary", reason: .notNeeded)] },
        { $0.attempts[0].candidate = Samples.nested }, { $0.attempts[0].origin = "primary" }, { $0.attempts[0].kind = .oauth },
        { $0.attempts[0].repairs = [.dropCacheMarkers] },
        { $0.attempts[0].crossedTo = "openai-completions" }, { $0.attempts[0].lost = ["top_k"] }, { $0.attempts[0].status = nil },
        { $0.attempts[0].usage = nil },
        { $0.attempts[0].next = "x" }, { $0.attempts[0].committed.toggle() },
    ]

    /// Changes after which a receipt is worth a row of its own.
    static let oddities: [@Sendable (inout Receipt) -> Void] = [
        { $0.outcome = nil }, { $0.outcome = .cancelled }, { $0.outcome = .failed(attempt: 0) }, { $0.endedAt = nil },
        { $0.waits = [.seconds(1)] },
        { $0.leftPins = [SessionPin(provider: "a", credential: "a:k", usedAt: .distantFuture, warmUntil: .distantFuture)] },
        { $0.attempts = [] }, { $0.attempts += $0.attempts }, { $0.attempts[0].mode = .early },
        { $0.attempts[0].failure = Samples.failures[0] },
        { $0.attempts[0].effect = [BlockEffect(key: Samples.keys[0], reason: .billing, kind: .cleared)] },
    ]

    @Test func `fits receipts that differ in their numbers, and no others`() throws {
        let plain = Samples.answered(1)
        let shape = try #require(ReceiptShape(number: 1, of: plain))
        var other = Samples.answered(2, startedAt: 1_763_690_005_000, session: "a")
        (other.facts.estimatedTokens, other.facts.activeRequests) = (99, 7)
        (other.attempts[0].duration, other.attempts[0].timeToFirstToken) = (.seconds(3), nil)
        other.attempts[0].usage = Usage(outputTokens: 4, cachedTokens: 9, cacheWriteTokens: 2, reasoningTokens: 0)
        #expect(shape.fits(plain))
        #expect(shape.fits(other))
        for (index, change) in Self.changes.enumerated() {
            var changed = plain
            change(&changed)
            #expect(!shape.fits(changed), "change \(index)")
            #expect(ReceiptShape.blank(changed) != shape.receipt, "change \(index)")
            #expect(ReceiptShape(number: 1, of: changed)?.fits(changed) == true, "change \(index)")
        }
        for (index, change) in Self.oddities.enumerated() {
            var changed = plain
            change(&changed)
            #expect(!shape.fits(changed), "oddity \(index)")
            #expect(ReceiptShape(number: 1, of: changed) == nil, "oddity \(index)")
        }
    }

    /// A member that nobody thought of here would be lost: whoever adds one says where it belongs, in `ReceiptShape.fits` and above or in
    /// `ReceiptNumbers`, and then here.
    @Test func `knows every member of a receipt`() {
        func members(_ value: Any) -> String { Mirror(reflecting: value).children.compactMap(\.label).sorted().joined(separator: " ") }
        let receipt = Samples.answered(1)
        #expect(members(receipt) == "attempts endedAt facts leftPins outcome skipped waits")
        #expect(
            members(receipt.facts) == """
                activeRequests agent deadline estimatedTokens firstTokenLimit hasImages hasTools id requestedModel sentAsWritten session \
                startedAt streaming wire
                """)
        #expect(
            members(receipt.attempts[0]) == """
                candidate committed crossedTo duration effect failure kind lost mode next origin part repairs startedAt status timeToFirstToken \
                usage
                """)
        #expect(members(Usage()) == "cacheWriteTokens cachedTokens inputTokens outputTokens reasoningTokens")
    }

    @Test func `gives each receipt back from its numbers`() throws {
        var receipts = [Samples.answered(0), Samples.answered(9_999, session: "s\u{0}é\"")]
        for value in [0, 1, 63, 64, 8_191, 8_192, Int(Int32.max), 1_000_000_000] {
            for sign in [1, -1] {
                var receipt = Samples.answered(value)
                (receipt.facts.estimatedTokens, receipt.facts.activeRequests) = (value * sign, value)
                receipt.endedAt = receipt.facts.startedAt + .milliseconds(value * sign)
                receipt.attempts[0].startedAt = receipt.facts.startedAt + .milliseconds(value * sign)
                receipt.attempts[0].duration = .nanoseconds(value * sign)
                receipt.attempts[0].timeToFirstToken = sign > 0 ? nil : .nanoseconds(value)
                receipt.attempts[0].usage = Usage(
                    inputTokens: value, outputTokens: sign > 0 ? nil : value, cacheWriteTokens: sign > 0 ? value : nil,
                    reasoningTokens: value)
                receipts.append(receipt)
            }
        }
        for receipt in receipts {
            let id = try #require(receipt.facts.id.bits)
            let shape = try #require(ReceiptShape(number: 1, of: receipt))
            var bytes: [UInt8] = []
            #expect(ReceiptNumbers.append(receipt, id, to: &bytes))
            #expect(bytes.count < 64)
            let number = ReceiptNumber.wanted(by: id)
            #expect(ReceiptNumbers.read(bytes, number: number, like: shape) == receipt)
            #expect(ReceiptNumbers.read(bytes, number: ReceiptNumber.next(after: number), like: shape) == receipt)
            // Cut anywhere before the session's text it is no receipt.
            for count in 0..<16 { #expect(ReceiptNumbers.read(Array(bytes.prefix(count)), number: number, like: shape) == nil) }
        }
    }

    @Test func `is left aside for values that its numbers cannot say`() throws {
        let id = try #require(Samples.answered(1).facts.id.bits)
        let changes: [(inout Receipt) -> Void] = [
            { $0.attempts[0].duration = .seconds(1 << 40) }, { $0.attempts[0].timeToFirstToken = .seconds(-1 << 40) },
            { $0.attempts[0].duration = Duration(secondsComponent: 0, attosecondsComponent: 1) },
            { $0.facts.startedAt.milliseconds += 1 },
        ]
        for change in changes {
            var receipt = Samples.answered(1)
            change(&receipt)
            var bytes: [UInt8] = []
            #expect(!ReceiptNumbers.append(receipt, id, to: &bytes))
            #expect(bytes == [])
        }
    }

    @Test func `is used for a day and among the last 256`() {
        var known = KnownShapes()
        let start = ReceiptNumber.first(at: Timestamp(milliseconds: 1_763_690_000_000))
        func number(_ receipt: Receipt, after time: Duration) -> Int64? {
            known.shape(of: receipt, at: start + ReceiptNumber.first(at: .zero + time))?.number
        }
        let first = number(Samples.answered(1), after: .zero)
        #expect(first == start)
        #expect(number(Samples.answered(2), after: .seconds(86_399)) == first)
        #expect(number(Samples.answered(3), after: .seconds(-86_400)) == first)
        let second = number(Samples.answered(4), after: .seconds(86_400))
        #expect(second == start + ReceiptNumber.first(at: .zero + .seconds(86_400)))
        #expect(number(Samples.plain(5), after: .zero) == nil)
        for other in 0..<255 { #expect(number(Samples.answered(other, model: "model \(other)"), after: .zero) != second) }
        #expect(number(Samples.answered(6), after: .seconds(86_400)) == second)
        for other in 0..<256 { #expect(number(Samples.answered(other, model: "another \(other)"), after: .zero) != second) }
        #expect(number(Samples.answered(7), after: .seconds(86_400)) != second)
    }
}
