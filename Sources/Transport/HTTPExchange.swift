// SPDX-License-Identifier: Apache-2.0
import HTTP

/// One request and the way to answer it.
///
/// Either `respond` once, or `begin`, `write` as often as needed, and `end`. Whatever is written after the client has left goes
/// nowhere, without error: `isClientGone` and `onClientGone` tell. An exchange that is let go without an answer ends its
/// connection, so a client never hangs on a fault of ours.
///
/// `@unchecked Sendable`: confined to the loop of its connection.
public final class HTTPExchange: @unchecked Sendable {
    private enum Progress { case unanswered, streaming(chunked: Bool), answered }

    public let head: RequestHead
    public let body: [UInt8]
    public let loop: EventLoop
    private let connection: HTTPConnection
    private let kept: BodyMemory.Share
    private var progress = Progress.unanswered

    public private(set) var isClientGone = false
    /// Called once when the client leaves before its answer is complete.
    public var onClientGone: (() -> Void)?
    /// Called when what had waited to be sent, more than `pendingBytes` should be, has gone.
    public var onDrain: (() -> Void)?

    init(head: RequestHead, body: [UInt8], kept: BodyMemory.Share, connection: HTTPConnection) {
        self.head = head
        self.body = body
        self.kept = kept
        self.connection = connection
        loop = connection.loop
    }

    deinit {
        guard case .answered = progress else {
            let connection = connection
            loop.execute { connection.abort() }
            return
        }
    }

    /// Bytes written that the client has not taken yet.
    public var pendingBytes: Int { connection.pendingBytes }

    public var hasBegun: Bool {
        if case .unanswered = progress { false } else { true }
    }

    public func respond(_ answer: HTTPAnswer) {
        guard case .unanswered = progress else { return }
        progress = .answered
        connection.write { output in
            if output.isEmpty { output.reserveCapacity(answer.headers.byteCount + answer.body.count + Self.headRoom) }
            connection.serializeHead(answer.status, answer.headers, into: &output)
            answer.serializeBody(to: head.method, into: &output)
        }
        over()
    }

    /// Sends the head of an answer whose length is not known.
    public func begin(status: Int, headers: Headers) {
        guard case .unanswered = progress else { return }
        // HTTP/1.0 knows no chunks: there the end of the connection is the end of the body.
        let chunked = head.minorVersion > 0
        if !chunked { connection.mustClose() }
        progress = .streaming(chunked: chunked)
        connection.write { output in
            if output.isEmpty { output.reserveCapacity(headers.byteCount + Self.headRoom) }
            connection.serializeHead(status, headers, into: &output)
            if chunked { output.append(contentsOf: Self.chunkedField) }
            output.append(contentsOf: [13, 10])
        }
    }

    public func write(_ bytes: RawSpan) {
        guard case .streaming(let chunked) = progress, bytes.byteCount > 0, head.method != .head else { return }
        connection.write { output in
            if chunked {
                ChunkedEncoder.chunk(bytes, into: &output)
            } else {
                bytes.withUnsafeBytes { output.append(contentsOf: $0) }
            }
        }
    }

    public func write(_ bytes: [UInt8]) { write(bytes.span.bytes) }

    public func end() {
        guard case .streaming(let chunked) = progress else { return }
        progress = .answered
        if chunked && head.method != .head { connection.write { ChunkedEncoder.end(into: &$0) } }
        over()
    }

    /// What waits for the client to leave, or to read on, waits in vain from here: it is let go, and with it what it holds.
    private func over() {
        onClientGone = nil
        onDrain = nil
        connection.answered()
    }

    /// Ends the connection in the middle of the answer, so that the client cannot take it for a whole one.
    public func abort(reset: Bool = false) {
        progress = .answered
        onClientGone = nil
        onDrain = nil
        connection.abort(reset: reset)
    }

    /// Writes bytes as they are: for upstreams that misbehave on purpose.
    public func writeRaw(_ bytes: [UInt8]) {
        progress = .streaming(chunked: false)
        connection.write { $0.append(contentsOf: bytes) }
    }

    /// The client left. Called by the connection, once.
    func clientLeft() {
        guard !isClientGone else { return }
        isClientGone = true
        progress = .answered
        onClientGone?()
        onClientGone = nil
        onDrain = nil
    }

    /// Bytes of what a head has beside its headers: the first line, the date and the framing; and of a stream's first event.
    private static let headRoom = 512
    private static let chunkedField = Array("transfer-encoding: chunked\r\n".utf8)
}

extension [UInt8] {
    /// Appends `name: value` and the line's end.
    mutating func append(header name: StaticString, _ value: Int) {
        name.withUTF8Buffer { append(contentsOf: $0) }
        append(contentsOf: [58, 32])
        append(decimal: value)
        append(contentsOf: [13, 10])
    }

    mutating func append(decimal value: Int) {
        var digits: (UInt64, UInt64, UInt64) = (0, 0, 0)
        Swift.withUnsafeMutableBytes(of: &digits) { buffer in
            var index = buffer.count
            var rest = value.magnitude
            repeat {
                index -= 1
                buffer[index] = UInt8(48 + rest % 10)
                rest /= 10
            } while rest > 0
            if value < 0 { append(45) }
            append(contentsOf: buffer[index...])
        }
    }
}
