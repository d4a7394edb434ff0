// SPDX-License-Identifier: Apache-2.0
#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// Writes log lines to stderr and files on a thread of its own, so that a slow disk or a stopped pipe never holds up a request.
///
/// Lines wait in a queue of bounded size. What does not fit is dropped, and a line says how many, where they would have stood.
public final class LogWriter: LogSink {
    private struct State: Sendable {
        var queue: LogQueue
        /// The number of the last record that was written or counted as dropped.
        var settled: UInt64 = 0
        var isClosing = false
        var isClosed = false
    }

    private let state: Monitor<State>

    /// - Parameters:
    ///   - outputs: Each gets every line, in its own format.
    ///   - maxPendingBytes: Of lines that wait, for all outputs together.
    ///   - clock: Milliseconds since 1970, for the lines that the writer adds.
    public init(_ outputs: [LogOutput], maxPendingBytes: Int = 1 << 20, clock: @escaping @Sendable () -> Int64 = LogTime.now) {
        let state = Monitor(State(queue: LogQueue(formats: outputs.map(\.format), maxBytes: maxPendingBytes)))
        self.state = state
        LogThread.start { Self.run(outputs, state, clock) }
    }

    deinit { state.withLock { state, wakes in (state.isClosing, wakes) = (true, true) } }

    public func write(_ record: LogRecord) {
        state.withLock { state, wakes in
            guard !state.isClosing else { return }
            wakes = state.queue.isEmpty
            state.queue.add(record)
        }
    }

    /// Waits until all that was logged before is written, or until `limit` has passed.
    ///
    /// - Returns: Whether it is written; lines that an output refused count as written.
    @discardableResult
    public func flush(within limit: Duration = .seconds(2)) -> Bool {
        let last = state.withLock { state, _ in state.queue.last }
        return state.wait(within: limit) { $0.settled >= last ? true : nil } ?? false
    }

    /// Writes what waits and ends the thread. Lines that come later are left out.
    ///
    /// - Returns: `false` if `limit` has passed before all was written.
    @discardableResult
    public func close(within limit: Duration = .seconds(2)) -> Bool {
        state.withLock { state, wakes in (state.isClosing, wakes) = (true, true) }
        return state.wait(within: limit) { $0.isClosed ? true : nil } ?? false
    }

    private static func run(_ outputs: [LogOutput], _ state: Monitor<State>, _ clock: @escaping @Sendable () -> Int64) {
        let files = outputs.map { LogFile($0, clock: clock) }
        while let batch = next(state) {
            for (file, lines) in zip(files, batch.lines) { file.write(lines, dropped: batch.dropped) }
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
