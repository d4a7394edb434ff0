// SPDX-License-Identifier: Apache-2.0
import HTTP
import Providers
import Transport

/// An event stream that an account tells again, on its way to the client: its events as they came, a sign of life while there are none,
/// and where it breaks off, the wire's own error with the next number. Confined to the request's loop.
final class DirectStream {
    private let client: ClientStream
    private let served: Served
    private let wire: any Wire
    private var events = EventStreamReader()
    private var reader: any StreamReader
    private var hasFailed = false

    /// Bytes that a client may lag behind before its upstream is slowed down.
    private static let farBehind = 256 << 10

    init(to client: ClientStream, served: Served, wire: any Wire, now: Int64) {
        self.client = client
        self.served = served
        self.wire = wire
        reader = wire.makeStreamReader(
            context: ErrorContext(provider: served.model.provider, model: served.model.model), nowMilliseconds: now)
    }

    func begin() {
        client.begin(served)
        client.listen()
    }

    /// - Returns: `false` for what is no event stream.
    func pass(_ bytes: RawSpan) -> Bool {
        do throws(HTTPProblem) {
            try events.feed(bytes) { raw, data, name in
                // What the account says of a reply that failed is what the client asked for.
                if reader.read(data: data, name: name).failure != nil { hasFailed = true }
                client.write(raw)
            }
            return true
        } catch {
            return false
        }
    }

    var isFarBehind: Bool { client.pendingBytes > Self.farBehind }

    func whenDrained(_ action: @escaping () -> Void) { client.whenDrained(action) }

    /// Nothing more comes: the client is told so, unless it has the end.
    func breakOff() {
        guard !reader.endIsProven, !hasFailed else { return }
        let last = reader.position.next - 1
        let error = WireError(
            status: 502,
            message: "\(served.model.provider) broke off. Ask for the rest with stream=true and starting_after=\(max(0, last)).",
            code: "stream_interrupted")
        client.write(wire.errorEvent(error, after: reader.position).span.bytes)
    }

    func end() {
        client.release()
        client.end()
    }
}
