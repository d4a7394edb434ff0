// SPDX-License-Identifier: Apache-2.0
import HTTP
import Providers
import Relay
import Transport

/// An exchange as the relay's sink. Confined to the exchange's loop.
final class ExchangeSink: ReplySink {
    private let exchange: HTTPExchange
    private let headers: Headers
    private let record: ResponseRecord?
    private var array: EventArrayFraming?
    private var served: Served?
    /// The head is sent: what comes of the request now has to be said in the stream.
    private(set) var isOpen = false

    /// - Parameter record: Keeps the reply for later requests.
    init(_ exchange: HTTPExchange, headers: Headers, framing: StreamFraming, record: ResponseRecord?) {
        self.exchange = exchange
        self.headers = headers
        self.record = record
        if framing == .array { array = EventArrayFraming() }
    }

    func begin(_ served: Served) {
        self.served = served
        if isOpen { return }
        var headers = headers
        headers.append(served)
        open(headers)
    }

    func keepAlive(_ sign: RawSpan) {
        if !isOpen { open(headers) }
        // White space is all that may stand between a JSON array's elements, and before its bracket.
        if array == nil { exchange.write(sign) } else { exchange.write([UInt8(ascii: "\n")]) }
    }

    private func open(_ head: Headers) {
        isOpen = true
        var headers = head
        headers.append("content-type", array == nil ? "text/event-stream; charset=utf-8" : "application/json; charset=UTF-8")
        headers.append("cache-control", "no-cache")
        exchange.begin(status: 200, headers: headers)
    }

    func goOn(_ served: Served) { record?.isShared = true }

    func write(_ bytes: RawSpan) {
        // Before the client can have it, and go on from it.
        if let record, let served { record.look(at: bytes, by: served) }
        guard array != nil else { return exchange.write(bytes) }
        var output: [UInt8] = []
        array?.write(bytes, into: &output)
        exchange.write(output)
    }

    /// Ends the stream, with `last` if there is still something to say.
    func end(with last: [UInt8] = []) {
        if !last.isEmpty { write(last.span.bytes) }
        if array != nil {
            var output: [UInt8] = []
            array?.end(into: &output)
            exchange.write(output)
        }
        exchange.end()
    }

    var pendingBytes: Int { exchange.pendingBytes }
    var isClientGone: Bool { exchange.isClientGone }
    var onDrain: (() -> Void)? {
        get { exchange.onDrain }
        set { exchange.onDrain = newValue }
    }
    var onClientGone: (() -> Void)? {
        get { exchange.onClientGone }
        set { exchange.onClientGone = newValue }
    }
}

extension Headers {
    /// Who answered, in the headers of docs/api.md.
    mutating func append(_ served: Served) {
        append("x-understudy-model", served.model.description)
        append("x-understudy-credential", served.credential.rawValue)
        append("x-understudy-attempts", String(served.attempts))
    }
}
