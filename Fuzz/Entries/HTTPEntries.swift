// SPDX-License-Identifier: Apache-2.0
import HTTP
import JSON
import Providers

extension FuzzEntry {
    /// A head is read, refused or not whole; one that was read stays so when more follows.
    static let head = FuzzEntry(name: "http-head") { bytes in
        guard let read = try? RequestHeadParser().parse(bytes.span.bytes) else { return }
        promise(read.consumed <= bytes.count, "a head longer than its bytes")
        let again = try? RequestHeadParser().parse((bytes + [0x41]).span.bytes)
        promise(again?.consumed == read.consumed, "a head that ends elsewhere when more follows")
    }

    /// Chunks come to the same, fed whole or byte by byte.
    static let chunks = FuzzEntry(name: "http-chunks") { bytes in
        func decoded(by step: Int) -> [UInt8]? {
            var decoder = ChunkedDecoder(limit: 1 << 20)
            var output: [UInt8] = []
            var position = 0
            while position < bytes.count, !decoder.isComplete {
                let piece = Array(bytes[position..<min(bytes.count, position + step)])
                guard let used = try? decoder.decode(piece.span.bytes, into: &output) else { return nil }
                promise(used <= piece.count, "more was used than came")
                if used == 0 { break }
                position += used
            }
            return decoder.isComplete ? output : nil
        }
        promise(decoded(by: bytes.count) == decoded(by: 1), "another body when it comes byte by byte")
    }

    /// No byte of a stream is lost, and its events are the same whatever the pieces.
    static let events = FuzzEntry(name: "event-stream") { bytes in
        func read(by step: Int) -> (raw: [UInt8], events: [[UInt8]])? {
            var reader = EventStreamReader(limit: 1 << 20)
            var raw: [UInt8] = []
            var events: [[UInt8]] = []
            func take(_ whole: RawSpan, _ data: RawSpan, _ name: RawSpan) {
                raw += Self.array(whole)
                if data.byteCount > 0 { events.append(Self.array(name) + [0] + Self.array(data)) }
            }
            var position = 0
            while position < bytes.count {
                let piece = Array(bytes[position..<min(bytes.count, position + step)])
                guard (try? reader.feed(piece.span.bytes, take)) != nil else { return nil }
                position += piece.count
            }
            reader.finish(take)
            return (raw, events)
        }
        guard let whole = read(by: max(1, bytes.count)), let single = read(by: 1) else { return }
        promise(whole.raw == bytes && single.raw == bytes, "bytes were lost")
        promise(whole.events == single.events, "other events when they come byte by byte")
    }

    /// The scanner and the parser agree on what is JSON, and what is written is read as the same.
    static let json = FuzzEntry(name: "json") { bytes in
        let value = try? JSONValue.parse(bytes)
        promise(((try? JSONScanner.scan(bytes.span.bytes)) != nil) == (value != nil), "scanner and parser disagree")
        // An index refuses a name that comes twice, too.
        promise(value != nil || (try? JSONIndex(scanning: bytes.span.bytes)) == nil, "an index of no JSON")
        guard let value else { return }
        promise((try? JSONValue.parse(JSONWriter.compact(value))) == value, "what is written is read as something else")
    }

    static let json5 = FuzzEntry(name: "json5") { bytes in _ = try? JSON5Document(bytes) }

    /// What is sealed opens as it was.
    static let seal = FuzzEntry(name: "seal") { bytes in
        let text = String(decoding: bytes, as: UTF8.self)
        _ = Seal.open(text)
        let state = ProviderState(maker: Maker(provider: "p", wire: .openaiResponses), payload: text)
        promise(Seal.open(Seal.seal(state)) == state, "a seal that opens as something else")
    }

    static func array(_ bytes: RawSpan) -> [UInt8] { bytes.withUnsafeBytes { Array($0) } }
}
