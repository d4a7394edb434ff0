// SPDX-License-Identifier: Apache-2.0

/// Writes log lines to stderr and files, each on a thread of its own, so that a slow disk or a stopped pipe never holds up a request, nor
/// what goes elsewhere.
///
/// Lines wait in queues of bounded size. What does not fit is dropped, and a line says how many, where they would have stood.
public final class LogWriter: LogSink {
    private let lanes: [LogLane]

    /// - Parameters:
    ///   - outputs: Each gets every line, in its own format.
    ///   - maxPendingBytes: Of lines that wait, for each output.
    ///   - clock: Milliseconds since 1970, for the lines that the writer adds.
    public init(_ outputs: [LogOutput], maxPendingBytes: Int = 1 << 20, clock: @escaping @Sendable () -> Int64 = LogTime.now) {
        lanes = outputs.map { LogLane($0, maxPendingBytes: maxPendingBytes, clock: clock) }
    }

    deinit { for lane in lanes { lane.beginClosing() } }

    public func write(_ record: LogRecord) { for lane in lanes { lane.write(record) } }

    /// Waits until all that was logged before is written, or until `limit` has passed.
    ///
    /// - Returns: Whether it is written; lines that an output refused count as written.
    @discardableResult
    public func flush(within limit: Duration = .seconds(2)) -> Bool {
        let last = lanes.map(\.last)
        let end = ContinuousClock.now + limit
        return zip(lanes, last).reduce(true) { done, next in next.0.flush(upTo: next.1, within: end - .now) && done }
    }

    /// Writes what waits and ends the threads. Lines that come later are left out.
    ///
    /// - Returns: `false` if `limit` has passed before all was written.
    @discardableResult
    public func close(within limit: Duration = .seconds(2)) -> Bool {
        for lane in lanes { lane.beginClosing() }
        let end = ContinuousClock.now + limit
        return lanes.reduce(true) { done, lane in lane.close(within: end - .now) && done }
    }
}
