// SPDX-License-Identifier: Apache-2.0

/// Formatted lines that wait for the writer, in one buffer per output. Bounded in bytes: what does not fit is counted, not kept.
struct LogQueue: Sendable {
    /// What the writer takes at once.
    struct Batch: Sendable {
        /// Whole lines, per output.
        var lines: [[UInt8]]
        /// How many records came after these and did not fit.
        var dropped: Int
        /// The number of the last record that is settled once these are written.
        var last: UInt64
    }

    private let formats: [LogFormat]
    private let maxBytes: Int
    private var lines: [[UInt8]]
    private var bytes = 0
    private var dropped = 0
    /// The number of the last record that came, dropped ones included.
    private(set) var last: UInt64 = 0

    /// - Parameter maxBytes: Of the lines for all outputs together.
    init(formats: [LogFormat], maxBytes: Int) {
        self.formats = formats
        self.maxBytes = maxBytes
        lines = [[UInt8]](repeating: [], count: formats.count)
    }

    /// Whether nothing waits for the writer.
    var isEmpty: Bool { bytes == 0 && dropped == 0 }

    /// Once one record was dropped all are, until the writer has come: so the count stands where the gap is.
    mutating func add(_ record: LogRecord) {
        last += 1
        guard dropped == 0 else {
            dropped += 1
            return
        }
        let before = lines.map(\.count)
        for (index, format) in formats.enumerated() { format.append(record, to: &lines[index]) }
        let total = lines.reduce(0) { $0 + $1.count }
        guard total <= maxBytes else {
            for (index, count) in before.enumerated() { lines[index].removeSubrange(count...) }
            dropped = 1
            return
        }
        bytes = total
    }

    /// Takes all that waits. `nil`: nothing does.
    mutating func take() -> Batch? {
        guard !isEmpty else { return nil }
        defer {
            lines = [[UInt8]](repeating: [], count: formats.count)
            bytes = 0
            dropped = 0
        }
        return Batch(lines: lines, dropped: dropped, last: last)
    }
}
