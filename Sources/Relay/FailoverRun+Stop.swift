// SPDX-License-Identifier: Apache-2.0
import Failover
import Transport

/// A request that is waited for no longer: its client has left, or we end it.
extension FailoverRun {
    /// Ends it with an error for its client, whatever it is at. To be called on its loop.
    ///
    /// - Returns: `false` if it has ended already.
    func stop(because cause: StopCause) -> Bool {
        loop.assertOnLoop()
        guard receipt.outcome == nil, stopped == nil, !isCancelled else { return false }
        stopped = cause
        interrupt()
        return true
    }

    func clientLeft() {
        isCancelled = true
        interrupt()
    }

    private func interrupt() {
        pause?.end()
        renewals?.wait?.end(nil)
        open?.call.cancel()
        race?.second?.call.cancel()
    }

    /// How it ends now, if it may not go on.
    var interrupted: RelayResult? {
        if isCancelled || sink.isClientGone { return .cancelled }
        guard let stopped else { return nil }
        return ending(stopped)
    }

    private func ending(_ cause: StopCause) -> RelayResult {
        guard let last = receipt.attempts.last(where: \.committed) else { return .refused(cause.refusal) }
        let served = Served(
            model: last.candidate.model, credential: last.candidate.credential, attempts: receipt.attempts.count)
        return .brokenStream(cause.failure, served, position)
    }

    /// The attempt under way was cancelled: nothing is held against its candidate.
    func cancelled(_ open: OpenAttempt) {
        relay.ledger.giveBack(open.attempt.mode, of: open.attempt.candidate, now: relay.now())
        open.attempt.committed = open.call.isCommitted
        let cause = isCancelled ? nil : stopped
        open.attempt.failure = cause?.failure ?? Failure(reason: .cancelled, scope: nil, rule: "client.left")
        if open.call.isCommitted { position = open.call.position }
        close(open)
        end(interrupted ?? .cancelled)
    }

    /// Waits, unless somebody ends it before.
    func wait(_ duration: Duration) async {
        let pause = Pause()
        self.pause = pause
        await pause.run(duration, on: loop)
        self.pause = nil
    }

    /// One wait for a candidate. Confined to the request's loop.
    final class Pause {
        private let timer = LoopTimer()
        private var continuation: UnsafeContinuation<Void, Never>?

        func run(_ duration: Duration, on loop: EventLoop) async {
            await withUnsafeContinuation { continuation in
                self.continuation = continuation
                timer.fire = { [unowned(unsafe) self] in end() }
                loop.arm(timer, after: duration.milliseconds)
            }
            loop.disarm(timer)
        }

        func end() {
            continuation?.resume()
            continuation = nil
        }
    }
}
