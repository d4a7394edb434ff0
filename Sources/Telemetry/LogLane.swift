// SPDX-License-Identifier: Apache-2.0

/// One output's queue, and the thread that writes it.
struct LogLane: Sendable {
    private struct State: Sendable {
        var queue: LogQueue
        /// The number of the last record that was written or counted as dropped.
        var settled: UInt64 = 0
        var isClosing = false
        var isClosed = false
    }

    private let state: Monitor<State>

    init(_ output: LogOutput, maxPendingBytes: Int, clock: @escaping @Sendable () -> Int64) {
        let state = Monitor(State(queue: LogQueue(format: output.format, maxBytes: maxPendingBytes)))
        self.state = state
        let begun = LogThread.start { Self.run(output, state, clock) }
        // Without a thread nothing is written, and nobody waits for it.
        if !begun { state.withLock { state, _ in (state.isClosing, state.isClosed) = (true, true) } }
    }

    func write(_ record: LogRecord) {
        state.withLock { state, wakes in
            guard !state.isClosing else { return }
            wakes = state.queue.isEmpty
            state.queue.add(record)
        }
    }

    /// The number of the last record that came.
    var last: UInt64 { state.withLock { state, _ in state.queue.last } }

    /// - Returns: Whether the records up to `last` are settled before `limit` has passed.
    func flush(upTo last: UInt64, within limit: Duration) -> Bool {
        state.wait(within: limit) { $0.settled >= last ? true : nil } ?? false
    }

    /// Lines that come from now on are left out.
    func beginClosing() { state.withLock { state, wakes in (state.isClosing, wakes) = (true, true) } }

    /// - Returns: Whether all is written and the thread ends, before `limit` has passed.
    func close(within limit: Duration) -> Bool { state.wait(within: limit) { $0.isClosed ? true : nil } ?? false }

    private static func run(_ output: LogOutput, _ state: Monitor<State>, _ clock: @escaping @Sendable () -> Int64) {
        let file = LogFile(output, clock: clock)
        while let batch = next(state) {
            file.write(batch.lines, dropped: batch.dropped)
            state.withLock { state, wakes in (state.settled, wakes) = (batch.last, true) }
        }
        state.withLock { state, wakes in (state.isClosed, wakes) = (true, true) }
    }

    /// Waits for lines. `nil`: there are none, and none will come.
    private static func next(_ state: Monitor<State>) -> LogQueue.Batch? {
        state.wait { state -> LogQueue.Batch?? in
            if let batch = state.queue.take() { return .some(batch) }
            return state.isClosing ? .some(nil) : nil
        } ?? nil
    }
}
