// SPDX-License-Identifier: Apache-2.0
import Failover

/// Tells a repetition from text that happens to begin as the text before it ended. docs/streams.md, "The seam", has the rule in words.
struct Repetition: Sendable {
    /// Bytes from which on an overlap is one, wherever it begins. White space counts as one.
    static func long(_ asked: Continuing) -> Int { asked == .transcript ? 24 : 32 }
    /// Bytes from which on everything that the client has is one.
    static let whole = 8
    /// Bytes of the last words from which on they are a repetition behind white space, too.
    static let some = 12
    /// What was asked to be repeated is not longer, nor shorter, where it is text that repeats itself anyway.
    static let anchor = 16...48
    /// Bytes of the beginning from which on it was begun anew.
    static func beginning(_ asked: Continuing) -> Int { asked == .transcript ? 32 : 128 }
    /// The same, where it is half of what the client has.
    static let halfBeginning = 20

    let asked: Continuing
    /// What the client has, up to its last byte that is no white space, and the white space behind.
    let sent: ArraySlice<UInt8>
    let space: ArraySlice<UInt8>
    /// White space was not counted at all.
    let dropsSpace: Bool

    /// The longest overlap that is a repetition; 0 if none is.
    ///
    /// - Parameters:
    ///   - came: What the candidate said, from where `overlap` began.
    ///   - isAtStart: Nothing but what may be left out stands before it.
    func length(of overlap: Overlap, in came: ArraySlice<UInt8>, isAtStart: Bool) -> Int {
        var length = overlap.longest
        while length > 0 {
            if isOne(length, overlap, came, isAtStart) { return length }
            length = overlap.shorter(than: length)
        }
        return 0
    }

    private func isOne(_ length: Int, _ overlap: Overlap, _ came: ArraySlice<UInt8>, _ isAtStart: Bool) -> Bool {
        if overlap.repeatsItself(length) {
            return asked == .transcript && Self.anchor.contains(length)
        }
        if length >= Self.long(asked) || (length == overlap.sent.count && length >= Self.whole) { return true }
        return asked == .transcript && isWord(length, came, isAtStart)
    }

    /// Whether a short overlap is one: the last words, from where one of them begins, byte for byte.
    private func isWord(_ length: Int, _ came: ArraySlice<UInt8>, _ isAtStart: Bool) -> Bool {
        guard length < Self.long(asked) else { return false }
        let end = Condensing.end(of: length, in: came, droppingSpace: dropsSpace)
        let words = came[..<end]
        guard sent.suffix(words.count) == words else { return false }
        guard Letters.begins(sent, at: sent.endIndex - words.count), Letters.hasLetter(words) else { return false }
        // Behind a line that is over the next may well begin alike, as `end` does behind `end`.
        let isSome = words.contains(where: Condensing.isSpace)
        if !isAtStart { return isSome && words.count >= Self.some }
        if !space.isEmpty { return isSome || words.count >= Self.some }
        if Letters.isIdeographic(words) { return words.count >= 6 }
        return words.count >= 2 || end == came.endIndex || Letters.begins(came, at: end)
    }

    /// Whether it is the beginning of the answer, and then other words. For when it is no repetition, or a short one.
    func isBegunAnew(_ overlap: Overlap) -> Bool {
        let begun = overlap.begun
        // A refrain stands again further on, laughter in itself.
        guard overlap.again < min(begun, Self.beginning(asked)), 2 * (begun - overlap.shorter(than: begun)) > begun else { return false }
        if begun >= Self.beginning(asked) { return true }
        return asked == .transcript && begun >= Self.halfBeginning && 2 * begun >= overlap.sent.count && begun < overlap.sent.count
    }
}
