// SPDX-License-Identifier: Apache-2.0
#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif
import HTTP

/// A request whose body is still coming. Confined to its connection's loop.
final class IncomingRequest {
    let head: RequestHead
    let share: BodyMemory.Share
    /// When the head came, in milliseconds of the loop's clock.
    let began: Int64
    private let limit: Int
    private var chunks: ChunkedDecoder?
    private var bytes: [UInt8] = []

    init(head: RequestHead, limit: Int, share: BodyMemory.Share, now: Int64) {
        self.head = head
        self.limit = limit
        self.share = share
        began = now
        if head.framing == .chunked { chunks = ChunkedDecoder(limit: limit) }
    }

    /// Why this body will not be read at all.
    var problemAtStart: HTTPProblem? {
        guard case .counted(let count) = head.framing else { return nil }
        if count > limit { return Self.tooLarge(limit) }
        return share.fits(count) ? nil : Self.noMemory
    }

    var isComplete: Bool {
        switch head.framing {
        case .none, .untilClose: true
        case .counted(let count): bytes.count == count
        case .chunked: chunks?.isComplete ?? true
        }
    }

    /// Takes what belongs to this body off the front of `input`; returns how many bytes those were.
    func take(_ input: UnsafeRawBufferPointer) throws(HTTPProblem) -> Int {
        if case .counted(let count) = head.framing {
            if bytes.isEmpty { bytes.reserveCapacity(count) }
            let part = min(count - bytes.count, input.count)
            guard share.grow(to: bytes.count + part) else { throw Self.noMemory }
            bytes.append(contentsOf: input[0..<part])
            return part
        }
        guard chunks != nil else { return 0 }
        let consumed = try chunks?.decode(input.bytes, into: &bytes) ?? 0
        guard share.grow(to: bytes.count) else { throw Self.noMemory }
        return consumed
    }

    func takeBytes() -> [UInt8] {
        defer { bytes = [] }
        return bytes
    }

    private static func tooLarge(_ limit: Int) -> HTTPProblem {
        HTTPProblem(status: 413, code: "body_too_large", message: "The request body is larger than \(limit) bytes.")
    }

    private static let noMemory = HTTPProblem(
        status: 503, code: "body_memory_exhausted", message: "Too many request bodies are being held; try again shortly.")
}
