// SPDX-License-Identifier: Apache-2.0
import HTTP
import JSON
import Rehearsal
import TestSupport
import Testing
import Transport

/// Bodies that are compressed though nobody asked for it, and what they turn into.
@Suite(.timeLimit(.minutes(5))) struct `A compressed reply` {
    enum Coding: String, Sendable, CaseIterable {
        case gzip, br

        /// Spaces: what `block` makes of them, again and again, is as long as anybody likes.
        var beginning: [UInt8] {
            switch self {
            case .gzip: Self.gzipHead
            case .br: hex("abffff815f02241e0b0472ef070c")
            }
        }

        /// Flushed at its end, so that another may follow: 64 KB of spaces as zlib 1.2.13 writes them, 256 KB as Brotli 1.0.9 does.
        var block: [UInt8] {
            switch self {
            case .gzip: hex("ecc18100000000802095fd2917a90a") + [UInt8](repeating: 0, count: 63) + hex("6a000000ffff")
            case .br: hex("faff1ff82500e2b00040f77ec000")
            }
        }

        var blockLength: Int { self == .gzip ? 64 << 10 : 256 << 10 }

        static let gzipHead = hex("1f8b0800000000000203")
    }

    /// 1 GB in about 1 MB.
    static func bomb(_ coding: Coding) -> [UInt8] {
        let block = coding.block
        var body = coding.beginning
        for _ in 0..<(1 << 30) / coding.blockLength { body += block }
        return body
    }

    /// RFC 1951 §3.2.4: bytes as they are, in a block that is not the last.
    static func stored(_ text: String) -> [UInt8] {
        let bytes = Array(text.utf8)
        let (low, high) = (UInt8(bytes.count & 0xFF), UInt8(bytes.count >> 8))
        return [0, low, high, ~low, ~high] + bytes
    }

    static func play(_ coding: Coding, _ streaming: Bool, _ body: [UInt8]) -> Script {
        let headers: Headers = [
            "content-type": streaming ? "text/event-stream" : "application/json", "content-encoding": coding.rawValue,
        ]
        return streaming
            ? Script([.begin(status: 200, headers: headers), .bytes(body), .end])
            : Script([.answer(status: 200, headers: headers, body: body)])
    }

    @Test(arguments: Coding.allCases, [false, true])
    func `that would fill the memory is malformed, and the next candidate answers`(coding: Coding, streaming: Bool) async throws {
        let stage = try Stage()
        let bomb = Self.bomb(coding)
        let upstreams = [
            ("bomb", try stage.provider("bomb") { Self.play(coding, $0.streaming, bomb) }),
            ("spare", try stage.provider("spare", Stage.says("The show goes on."))),
        ]
        let gateway = try await RunningGateway(settings: Stage.settings(upstreams, fallbacks: ["spare/m"]))
        let reply = try await gateway.ask("default", stream: streaming)
        #expect(reply.content == "The show goes on.")
        #expect(try await gateway.receipt(of: reply).reasons == ["malformed", "answered"])
        #if os(Linux)
            let pid = try #require(try await gateway.status()["pid"]?.int)
            let peak = try #require(Self.peak(ofProcess: pid))
            #expect(peak < 200 << 10, "\(peak) KB")
        #endif
        await gateway.stop()
    }

    #if os(Linux)
        /// KB that a process has held at most (proc(5), `VmHWM`).
        static func peak(ofProcess id: Int) -> Int? {
            let status = ProjectFile.text(at: "/proc/\(id)/status") ?? ""
            let line = status.split(separator: "\n").first { $0.hasPrefix("VmHWM:") }
            return line.flatMap { Int($0.filter(\.isNumber)) }
        }
    #endif

    @Test(arguments: [false, true])
    func `that ends within its coding is a failure, whatever it said by then`(streaming: Bool) async throws {
        let stage = try Stage()
        let whole =
            #"{"id":"c1","object":"chat.completion","created":1,"model":"m","choices":[{"index":0,"message":{"role":"assistant","content":"Hal"#
        let event =
            #"data: {"id":"c1","object":"chat.completion.chunk","created":1,"model":"m","choices":[{"index":0,"delta":{"role":"assistant"}}]}"#
            + "\n\n"
        let upstreams = [
            (
                "cut",
                try stage.provider("cut") { Self.play(.gzip, $0.streaming, Coding.gzipHead + Self.stored($0.streaming ? event : whole)) }
            ),
            ("spare", try stage.provider("spare", Stage.says("The show goes on."))),
        ]
        let gateway = try await RunningGateway(settings: Stage.settings(upstreams, fallbacks: ["spare/m"]))
        let reply = try await gateway.ask("default", stream: streaming)
        #expect(reply.content == "The show goes on.")
        #expect(try await gateway.receipt(of: reply).reasons == ["malformed", "answered"])
        await gateway.stop()
    }
}

private func hex(_ text: String) -> [UInt8] {
    let digits = text.utf8.map { UInt8($0 > 0x39 ? $0 - 0x57 : $0 - 0x30) }
    return stride(from: 0, to: digits.count, by: 2).map { digits[$0] << 4 | digits[$0 + 1] }
}
