// SPDX-License-Identifier: Apache-2.0

/// Finds how much of the beginning of a text is the end of another, while the first is still coming.
///
/// Knuth, Morris and Pratt's search with a pattern that grows: `sent` is read once, however much comes, so that all takes time linear in
/// the two lengths. It follows the leftmost place in `sent` where all that came stands. When there is none any more, what is left of the
/// match at the end of `sent` is the longest overlap, and its borders are all the shorter ones.
struct Overlap: Sendable {
    /// Condensed, as what is taken.
    let sent: [UInt8]
    /// What came, up to where it can be no repetition.
    private(set) var came: [UInt8] = []
    /// At `i`: the length of the longest proper border of the first `i + 1` bytes that came.
    private var borders: [Int32] = []
    /// How far `sent` was read.
    private var position = 0
    /// How much of what came matches in front of `position`.
    private var matched = 0

    /// Nothing that comes may still be a repetition: `lengths` stand.
    private(set) var isOver = false
    /// How much of the beginning of `sent` came.
    private(set) var begun = 0
    /// The most of it that stands in `sent` again, further on.
    private(set) var again = 0

    init(with sent: [UInt8]) { self.sent = sent }

    /// - Returns: Whether it may still be a repetition.
    mutating func take(_ byte: UInt8) -> Bool {
        guard !isOver else { return false }
        var border = came.isEmpty ? 0 : Int(borders[came.count - 1])
        while border > 0, came[border] != byte { border = Int(borders[border - 1]) }
        if !came.isEmpty, came[border] == byte { border += 1 }
        came.append(byte)
        borders.append(Int32(truncatingIfNeeded: border))
        while position < sent.count, matched < came.count { step() }
        isOver = matched < came.count
        return !isOver
    }

    /// Nothing more comes.
    mutating func finish() {
        isOver = true
        while position < sent.count {
            if matched == came.count {
                guard matched > 0 else { break }
                matched = Int(borders[matched - 1])
            }
            step()
        }
    }

    private mutating func step() {
        let byte = sent[position]
        while matched > 0, came[matched] != byte { matched = Int(borders[matched - 1]) }
        if matched < came.count, came[matched] == byte { matched += 1 }
        position += 1
        if matched == position { begun = matched } else if matched > again { again = matched }
    }

    /// The longest overlap; 0 without one. For when it `isOver`.
    var longest: Int { matched }

    /// The next shorter overlap.
    func shorter(than length: Int) -> Int { length == 0 ? 0 : Int(borders[length - 1]) }

    /// Whether the overlap of this length is text that repeats itself anyway, as rows of a table or laughter do: it says the same twice,
    /// or `sent` has said the same just before. One byte may stand between.
    func repeatsItself(_ length: Int) -> Bool {
        let period = length - shorter(than: length)
        if length > period, 2 * period <= length + 1 { return true }
        let start = sent.count - length
        let unit = sent[start..<start + period]
        return (start >= period && sent[start - period..<start] == unit)
            || (start > period && sent[start - 1 - period..<start - 1] == unit)
    }
}
