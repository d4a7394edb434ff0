// SPDX-License-Identifier: Apache-2.0

/// Formatted lines of one output that wait for its thread. Bounded in bytes: what does not fit is counted, not kept.
struct LogQueue: Sendable {
    /// What the thread takes at once.
    struct Batch: Sendable {
        /// Whole lines.
        var lines: [UInt8]
        /// How many records came after these and did not fit.
        var dropped: Int
        /// The number of the last record that is settled once these are written.
        var last: UInt64
    }

    private let format: LogFormat
    private let maxBytes: Int
    private var lines: [UInt8] = []
    private var dropped = 0
    /// The number of the last record that came, dropped ones included.
    private(set) var last: UInt64 = 0

    init(format: LogFormat, maxBytes: Int) {
        self.format = format
        self.maxBytes = maxBytes
    }

    /// Whether nothing waits.
    var isEmpty: Bool { lines.isEmpty && dropped == 0 }

    /// Once one record was dropped all are, until the thread has come: so the count stands where the gap is.
    mutating func add(_ record: LogRecord) {
        last += 1
        guard dropped == 0 else {
            dropped += 1
            return
        }
        let before = lines.count
        format.append(record, to: &lines)
        guard lines.count <= maxBytes else {
            lines.removeSubrange(before...)
            dropped = 1
            return
        }
    }

    /// Takes all that waits. `nil`: nothing does.
    mutating func take() -> Batch? {
        guard !isEmpty else { return nil }
        defer { (lines, dropped) = ([], 0) }
        return Batch(lines: lines, dropped: dropped, last: last)
    }
}
