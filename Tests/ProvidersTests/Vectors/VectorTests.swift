// SPDX-License-Identifier: Apache-2.0
import HTTP
import JSON
import Testing

@testable import Providers

@Suite struct `A recorded exchange` {
    @Test func `is one of many`() {
        #expect(Vector.all.count == 117)
        for dialect in Dialect.allCases {
            #expect(Vector.all.count { $0.dialect == dialect && $0.isStream } >= 10)
            #expect(Vector.all.count { $0.dialect == dialect && !$0.isStream } >= 10)
        }
    }

    /// The readers of these tests against what was known before: else they could not judge anything.
    @Test(arguments: Vector.all)
    func `is read by the tests as it was meant`(vector: Vector) {
        let seen = vector.isStream ? SeenReply(stream: vector.response, vector.dialect) : SeenReply(whole: vector.response, vector.dialect)
        #expect(seen.differences(from: vector.meaning).isEmpty, "\(seen.differences(from: vector.meaning))")
    }

    @Test(arguments: Vector.all.filter { Dialect.built.contains($0.dialect) })
    func `goes up its own wire with another model's name and no other change`(vector: Vector) throws {
        let body = vector.body
        let index = try JSONIndex(scanning: body.span.bytes)
        let passed = vector.dialect.wire.passthrough(body: body, index: index, model: "another", params: nil)
        guard let model = index.value("model", in: body.span.bytes) else {
            #expect(passed == body)
            return
        }
        var expected = Array(body[..<model.range.lowerBound])
        JSONWriter.quote("another", into: &expected)
        expected += body[model.range.upperBound...]
        #expect(passed == expected)
    }

    @Test(arguments: Vector.all.filter { Dialect.built.contains($0.dialect) && !$0.isStream })
    func `is found good on its own wire, with its finish and usage`(vector: Vector) throws {
        let wire = vector.dialect.wire
        let verdict = wire.readReply(
            status: 200, headers: Headers(), body: bytes(vector.response), context: context, nowMilliseconds: now)
        guard case .good(let usage, _) = verdict else {
            Issue.record("\(verdict)")
            return
        }
        #expect(usage?.inputTokens == vector.meaning.input)
        #expect(usage?.outputTokens == vector.meaning.output)
        #expect(usage?.cachedTokens == vector.meaning.cached)
    }

    @Test(arguments: Vector.all.filter { Dialect.built.contains($0.dialect) && $0.isStream })
    func `is indexed event by event on its own wire`(vector: Vector) throws {
        var events = EventStreamReader()
        var reader = vector.dialect.reader()
        var marks: StreamEvent.Marks = []
        var failures: [String] = []
        func take(_ data: RawSpan, _ name: RawSpan) {
            if data.byteCount == 0 { return }
            let event = reader.read(data: data, name: name)
            marks.formUnion(event.marks)
            if let failure = event.failure { failures.append("\(failure)") }
        }
        try events.feed(bytes(vector.response).span.bytes) { _, data, name in take(data, name) }
        events.finish { _, data, name in take(data, name) }
        #expect(failures.isEmpty, "\(failures)")
        #expect(reader.upstreamEnded() == nil)
        #expect(reader.endIsProven)
        #expect(reader.usage?.inputTokens == vector.meaning.input)
        #expect(reader.usage?.outputTokens == vector.meaning.output)
        #expect(reader.usage?.cachedTokens == vector.meaning.cached)
        #expect(marks.contains(.content) == !vector.meaning.text.isEmpty)
        #expect(marks.contains(.reasoning) || vector.meaning.thinking.isEmpty)
        #expect(marks.contains(.toolCall) == !vector.meaning.calls.isEmpty)
        #expect(marks.contains(.finish))
    }
}
