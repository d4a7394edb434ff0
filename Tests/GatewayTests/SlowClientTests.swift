// SPDX-License-Identifier: Apache-2.0
import HTTP
import JSON
import Rehearsal
import TestSupport
import Testing

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// Clients that ask for a long stream and do not read it.
@Suite(.serialized, .timeLimit(.minutes(5))) struct `A client that does not read` {
    enum Kind: String, CaseIterable, Sendable, CustomTestStringConvertible {
        case sameWire, crossed, toolCall, rescued
        var testDescription: String { rawValue }

        var wire: PlayedWire { self == .crossed ? .messages : .chat }
        /// Clients at once, and events of 10 KB that each is sent.
        var clients: Int { self == .toolCall ? 1 : 4 }
        var events: Int { self == .toolCall ? 1200 : 1600 }
        /// Calls are kept to their end, and copied once on their way to the socket.
        var limit: Int { self == .toolCall ? 56 << 20 : self == .rescued ? 32 << 20 : 16 << 20 }
    }

    private static let padding = String(repeating: "x", count: 10_000)

    private static func long(_ kind: Kind) -> [Script.Act] {
        var acts: [Script.Act] = [.begin(status: 200, headers: Script.eventStream)]
        func call(_ arguments: String, first: Bool = false) {
            var call: JSONObject = ["index": 0, "function": ["arguments": .string(arguments)]]
            if first {
                call["id"] = "call_1"
                call["type"] = "function"
                call["function"] = ["name": "note", "arguments": .string(arguments)]
            }
            acts.append(.bytes(Script.event("m", delta: ["tool_calls": [.object(call)]])))
        }
        if kind == .toolCall { call(#"{"text":""#, first: true) }
        for number in 0..<kind.events {
            let text = "line \(number) \(padding)\(kind == .toolCall ? "" : "\n")"
            if kind == .toolCall { call(text) } else { acts.append(.bytes(Script.event("m", delta: ["content": .string(text)]))) }
        }
        if kind == .toolCall { call(#""}"#) }
        acts.append(.bytes(Script.event("m", delta: [:], finish: kind == .toolCall ? "tool_calls" : "stop")))
        return acts + [.bytes(Script.done), .end]
    }

    @Test(arguments: Kind.allCases)
    func `slows its upstream, costs no memory, keeps nobody waiting, and gets all in the end:`(kind: Kind) async throws {
        let stage = try Stage()
        let script = Script(Self.long(kind))
        let upstream = try stage.provider("stage") { asked in
            switch asked.model {
            case "quick": .says("Still here.", to: asked, pace: .zero)
            case "broken": .streams(Saying("It begins like this: "), to: asked, pace: .zero, .then([.cut], afterPercent: 100))
            default: script
            }
        }
        let gateway = try await RunningGateway(settings: Self.settings(upstream))
        _ = try await gateway.ask("stage/quick")
        let before = try #require(residentBytes(of: gateway.process.processID))
        let model = kind == .rescued ? "stage/broken" : "stage/long"
        let body = kind.wire.request(
            model, streaming: true, extra: kind == .rescued ? ["models": ["stage/long"]] : [:])
        let request = gateway.bytes("POST", kind.wire.path(model, streaming: true), body: body)
        let slow = try await onThread { [port = gateway.port] in
            try (0..<kind.clients).map { _ in
                let connection = try RawConnection(port: port, seconds: 60, receives: 16 << 10)
                try connection.send(request)
                return connection
            }
        }
        #expect(
            try await eventually {
                let requests = try await gateway.get("/api/sessions").json["requests"]?.array ?? []
                return requests.count == kind.clients
                    && requests.allSatisfy { $0["has_begun"] == true && $0["model"] == "stage/long" }
            })
        var most = 0
        for _ in 0..<40 {
            let asked = ContinuousClock.now
            #expect(try await gateway.ask("stage/quick").content == "Still here.")
            #expect(ContinuousClock.now - asked < .seconds(5))
            most = max(most, residentBytes(of: gateway.process.processID) ?? .max)
        }
        let more = most - before
        #expect(more < kind.limit, "\(more >> 10) KB more, of \(kind.clients * kind.events * 10_000 >> 10) KB on their way")
        let replies = try await onThread { slow.map { $0.bytes(until: Array("\r\n0\r\n\r\n".utf8)) } }
        for reply in replies {
            #expect(Self.count("line ", in: reply) == kind.events)
            #expect(Self.count(kind.wire == .chat ? "[DONE]" : "event: message_stop", in: reply) == 1)
        }
        #expect(upstream.abandoned == 0)
        #expect(try await gateway.status()["in_flight"] == 0)
        await gateway.stop()
        withExtendedLifetime(stage) {}
    }

    @Test func `and leaves lets its upstream go within a second`() async throws {
        let stage = try Stage()
        let script = Script(Self.long(.sameWire).dropLast(2) + [.stall])
        let upstream = try stage.provider("stage") { _ in script }
        let gateway = try await RunningGateway(settings: Self.settings(upstream))
        let request = gateway.bytes(body: RunningGateway.chat("stage/long", stream: true))
        var connection: RawConnection? = try await onThread { [port = gateway.port] in
            let connection = try RawConnection(port: port, seconds: 60, receives: 16 << 10)
            try connection.send(request)
            return connection
        }
        #expect(try await eventually { try await gateway.get("/api/sessions").json["requests"]?[0]?["has_begun"] == true })
        let left = ContinuousClock.now
        connection?.resetOnClose()
        connection = nil
        #expect(await eventually { upstream.abandoned == 1 })
        // Milliseconds; a crowded machine may need more, and the first limit that would notice is a minute.
        #expect(ContinuousClock.now - left < .seconds(6))
        #expect(try await eventually { try await gateway.lastReceipt()?.outcome == "cancelled" })
        await gateway.stop()
        withExtendedLifetime(stage) {}
    }

    private static func count(_ text: String, in bytes: [UInt8]) -> Int {
        let pattern = Array(text.utf8)
        return bytes.withUnsafeBytes { buffer in
            var (count, start) = (0, 0)
            while let base = buffer.baseAddress, let found = memchr(base + start, Int32(pattern[0]), buffer.count - start) {
                start = UnsafeRawPointer(found) - base
                guard buffer.count - start >= pattern.count else { break }
                let isOne = memcmp(base + start, pattern, pattern.count) == 0
                if isOne { count += 1 }
                start += isOne ? pattern.count : 1
            }
            return count
        }
    }

    private static func settings(_ upstream: ScriptedUpstream) -> String {
        """
        { models: { mode: "replace", providers: { stage: { baseUrl: "\(upstream.baseURL)", api: "openai-completions", apiKey: "key-stage",
          models: [{ id: "long" }, { id: "quick" }, { id: "broken" }] } } }, agents: { defaults: { model: "stage/long" } } }
        """
    }
}
