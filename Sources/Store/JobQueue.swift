// SPDX-License-Identifier: Apache-2.0
import Synchronization

/// Something to do with the database, on its thread.
struct Job: Sendable {
    enum Effect: Hashable, Sendable { case reads, writes }

    var effect: Effect
    /// May run a second time when the first try met a damaged file and a new one was begun.
    var run: @Sendable (Connection) throws(StoreProblem) -> Void
    /// Told once, on the database's thread: `nil` when it is done (a write: committed), else why not.
    var settled: @Sendable (StoreProblem?) -> Void
}

/// The jobs that wait for the database's thread: bounded, filled by any thread, emptied in batches by one.
final class JobQueue: Sendable {
    private struct State {
        var jobs: [Job] = []
        var hurried = false
        var closed = false
    }

    private let state = Mutex(State())
    private let bell = Doorbell()
    /// The most jobs that wait.
    let capacity: Int

    init(capacity: Int) { self.capacity = capacity }

    /// Never waits.
    ///
    /// - Parameter urgent: Else the batch may still wait for more, for the time that `next` was given.
    /// - Returns: `false` if the queue is full or closed; the job is not taken then.
    func add(_ job: Job, urgent: Bool) -> Bool {
        let (taken, rings) = state.withLock { state in
            guard !state.closed, state.jobs.count < capacity else { return (false, false) }
            let first = state.jobs.isEmpty
            let hurries = urgent && !state.hurried
            state.jobs.append(job)
            if urgent { state.hurried = true }
            return (true, first || hurries)
        }
        if rings { bell.ring() }
        return taken
    }

    /// Ends the wait for more jobs.
    func hurry() {
        state.withLock { $0.hurried = true }
        bell.ring()
    }

    /// Takes no more jobs; `next` hands out what is there and then `nil`.
    func close() {
        state.withLock { $0.closed = true }
        bell.ring()
    }

    /// Waits for a job, then up to `delay` for more, unless one is urgent.
    ///
    /// - Parameter idle: How long to wait for the first job; `nil` for ever.
    /// - Returns: The jobs, oldest first; none if `idle` has passed; `nil` once closed and empty.
    func next(delay: Duration, idle: Duration?) -> [Job]? {
        var (isEmpty, canWait, closed) = look()
        while isEmpty {
            if closed { return nil }
            guard bell.wait(atMost: idle) else { return [] }
            (isEmpty, canWait, closed) = look()
        }
        if canWait {
            let end = ContinuousClock.now + delay
            // Rings that tell of nothing urgent do not end the wait.
            while canWait, bell.wait(atMost: max(.zero, end - ContinuousClock.now)) { (_, canWait, _) = look() }
        }
        return state.withLock { state in
            defer {
                state.jobs.removeAll(keepingCapacity: state.jobs.count < 256)
                state.hurried = false
            }
            return state.jobs
        }
    }

    private func look() -> (isEmpty: Bool, canWait: Bool, closed: Bool) {
        state.withLock { ($0.jobs.isEmpty, !$0.hurried && !$0.closed, $0.closed) }
    }
}
