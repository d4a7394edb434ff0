// SPDX-License-Identifier: Apache-2.0
import Providers
import Transport

/// A client's stream, whoever speaks on it: one per request, over all its attempts. Tells a client that has heard nothing for a while
/// that its request still lives, from its beginning on.
///
/// Confined to the request's loop.
final class ClientStream {
    private let sink: any ReplySink
    private let loop: EventLoop
    /// Of the client's wire.
    private let sign: [UInt8]
    /// Milliseconds; `nil`: nothing is sent.
    private let silence: Int64?
    /// It is not moved by each event, but looks when it fires how long ago the last one was.
    private let timer = LoopTimer()
    private var sentAt: Int64 = 0
    private(set) var hasBegun = false

    /// - Parameters:
    ///   - sign: What is sent to a client that has heard nothing; between two events, which is where it always is.
    ///   - silence: Time without an event before it is; zero: never.
    init(_ sink: any ReplySink, sign: [UInt8], silence: Duration, on loop: EventLoop) {
        self.sink = sink
        self.sign = sign
        self.silence = silence > .zero ? max(1, silence.milliseconds) : nil
        self.loop = loop
    }

    /// From now on the client waits. Not for one that wants a whole reply.
    func listen() {
        guard let silence else { return }
        sentAt = loop.now
        timer.fire = { [unowned(unsafe) self] in look() }
        loop.arm(timer, after: silence)
    }

    /// The first content of a candidate is about to be sent.
    func begin(_ served: Served) {
        if hasBegun { return sink.goOn(served) }
        hasBegun = true
        sink.begin(served)
    }

    /// - Parameter bytes: Whole events.
    func write(_ bytes: RawSpan) {
        if bytes.byteCount == 0 { return }
        sentAt = loop.now
        sink.write(bytes)
    }

    var pendingBytes: Int { sink.pendingBytes }

    func whenDrained(_ action: @escaping () -> Void) {
        sink.onDrain = { [sink] in
            sink.onDrain = nil
            action()
        }
    }

    /// Nobody waits for the client to take what it has.
    func release() { sink.onDrain = nil }

    /// Nothing more is sent here.
    func end() { loop.disarm(timer) }

    private func look() {
        guard let silence else { return }
        let left = sentAt + silence - loop.now
        if left <= 0 {
            // Who has yet to take what it got needs no telling.
            if sink.pendingBytes == 0 {
                let sign = sign
                sink.keepAlive(sign.span.bytes)
            }
            sentAt = loop.now
        }
        loop.arm(timer, after: left > 0 ? left : silence)
    }
}
