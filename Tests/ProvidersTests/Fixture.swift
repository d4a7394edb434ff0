// SPDX-License-Identifier: Apache-2.0
import Failover
import HTTP
import JSON
import Testing

@testable import Providers

// SPDX-License-Identifier: Apache-2.0
#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// Files beside the tests; see `Fixtures/openai-completions/SOURCES.md`.
enum Fixture {
    /// - Parameter folder: Below `Fixtures`; `nil` for the files in it.
    static func bytes(_ name: String, in folder: String? = "openai-completions") throws -> [UInt8] {
        try contents("Tests/ProvidersTests/Fixtures/" + (folder.map { "\($0)/" } ?? "") + name)
    }

    private static let root = #filePath.split(separator: "/", omittingEmptySubsequences: false).dropLast(3).joined(separator: "/")

    /// A file by its path below the project's folder.
    static func contents(_ name: String) throws -> [UInt8] {
        let path = "\(root)/\(name)"
        let stream = try #require(fopen(path, "rb"), "no fixture \(path)")
        defer { fclose(stream) }
        var bytes: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 16 * 1024)
        while true {
            let count = fread(&buffer, 1, buffer.count, stream)
            if count == 0 { return bytes }
            bytes += buffer[..<count]
        }
    }
}

/// 2026-11-21 12:00:00 UTC.
let now: Int64 = 1_795_262_400_000
let context = ErrorContext(provider: "groq", model: "llama-3.3-70b-versatile")
let chat = WireKind.openaiCompletions.wire

func bytes(_ text: String) -> [UInt8] { Array(text.utf8) }

func reader() -> any StreamReader { chat.makeStreamReader(context: context, nowMilliseconds: now) }

extension [UInt8] {
    var text: String { String(decoding: self, as: UTF8.self) }
}

/// What a stream came to, read event by event.
struct StreamOutcome: Equatable {
    var marks: [UInt8] = []
    var finish: String?
    var usage: Usage?
    var isProven = false
    var failures: [ErrorObject] = []
    var end: ErrorObject?

    /// Feeds `pieces` through the event-stream reader and the wire's.
    init(_ pieces: [ArraySlice<UInt8>]) throws {
        var events = EventStreamReader()
        var stream = reader()
        for piece in pieces {
            try events.feed(Array(piece).span.bytes) { _, data, name in
                if data.byteCount == 0, name.byteCount == 0 { return }
                let event = stream.read(data: data, name: name)
                marks.append(event.marks.rawValue)
                if let failure = event.failure { failures.append(failure) }
            }
        }
        end = stream.upstreamEnded()
        finish = stream.finish
        usage = stream.usage
        isProven = stream.endIsProven
    }

    init(_ text: String) throws { try self.init([bytes(text)[...]]) }

    func count(_ mark: StreamEvent.Marks) -> Int { marks.count { StreamEvent.Marks(rawValue: $0).contains(mark) } }
}

/// One event's data, as `data: …` lines would carry it.
func event(_ data: String, named name: String = "") -> StreamEvent {
    var stream = reader()
    return stream.read(data: bytes(data).span.bytes, name: bytes(name).span.bytes)
}
