// SPDX-License-Identifier: Apache-2.0
import Failover

/// Finds where a candidate's text begins to be new. Everything is held until then, and nothing behind it.
///
/// What comes may begin with a greeting or a fence that is opened again, and from each place behind one the text is compared anew with
/// what the client has. Holds no more than about twice what was sent.
struct Joint: Sendable {
    enum Outcome: Hashable, Sendable {
        /// It may still be a repetition.
        case held
        /// - rest: What is new of all that came.
        ///   - leftOut: Bytes that are not in it.
        case joined(rest: ArraySlice<UInt8>, leftOut: Int)
        case startedOver
    }

    private let repetition: Repetition
    private let leftOut: [UInt8]
    private let isStructured: Bool
    private let sent: [UInt8]
    private var fence: Fence??
    /// What was sent, condensed.
    private let condensed: [UInt8]

    private var held: [UInt8] = []
    /// Where what is compared begins; white space is passed over.
    private var base = 0
    /// Greetings and fences that stand before `base`.
    private var openings = 0
    /// Where the last of them ends that is to be left out even if no repetition follows.
    private var sure = 0
    private var overlap: Overlap
    private var condensing: Condensing
    /// How far `held` was compared.
    private var compared = 0
    /// There is no repetition at `base`.
    private var isNew = false
    /// Where a repetition ended.
    private var repeated: Int?

    /// - Parameter sent: Not empty.
    init(after sent: [UInt8], asked: Continuing, leftOut: [UInt8], isStructured: Bool) {
        let end = (sent.lastIndex { !Condensing.isSpace($0) } ?? -1) + 1
        repetition = Repetition(asked: asked, sent: sent[..<end], space: sent[end...], dropsSpace: isStructured)
        self.sent = sent
        self.leftOut = leftOut
        self.isStructured = isStructured
        condensed = Condensing.all(sent[..<end], droppingSpace: isStructured)
        overlap = Overlap(with: condensed)
        condensing = Condensing(droppingSpace: isStructured)
    }

    mutating func take(_ bytes: some Sequence<UInt8>) -> Outcome {
        held.append(contentsOf: bytes)
        return look(isOver: false)
    }

    mutating func end() -> Outcome { look(isOver: true) }

    private mutating func look(isOver: Bool) -> Outcome {
        let isOver = isOver || held.count > 2 * repetition.sent.endIndex + Self.spare
        while true {
            if let repeated { return join(behind: repeated, isOver: isOver) }
            if !isNew {
                compare()
                if isOver { overlap.finish() }
                guard overlap.isOver else { return .held }
                if judge() { continue }
                isNew = true
                if repetition.isBegunAnew(overlap) { return .startedOver }
            }
            switch opening(isOver: isOver) {
            case .pending: return .held
            case .none: return joinNew()
            case .one(let end, let isSure): go(on: end, isSure: isSure)
            }
        }
    }

    /// Room for greetings and white space, in bytes.
    private static let spare = 1024

    // MARK: Comparing

    private mutating func compare() {
        while compared < held.count, !overlap.isOver {
            let byte = held[compared]
            compared += 1
            if let left = condensing.condense(byte) { _ = overlap.take(left) }
        }
    }

    /// Notes where the repetition at `base` ends, or that the answer was begun anew.
    ///
    /// - Returns: Whether there is one.
    private mutating func judge() -> Bool {
        let start = start
        let length = repetition.length(of: overlap, in: held[start...], isAtStart: openings > 0 || start == base)
        guard length > 0 else { return false }
        if length < Repetition.long(repetition.asked), length < condensed.count, repetition.isBegunAnew(overlap) { return false }
        repeated = Condensing.end(of: length, in: held[start...], droppingSpace: isStructured)
        return true
    }

    /// The first byte from `base` on that is no white space.
    private var start: Int { held[base...].firstIndex { !Condensing.isSpace($0) } ?? held.count }

    // MARK: What stands before

    private mutating func opening(isOver: Bool) -> Greeting.Found {
        guard openings < Self.openingsLimit, !isStructured, start < held.count else { return .none }
        let text = held[start...]
        var found = Greeting.find(in: text)
        if text.first == UInt8(ascii: "`") || text.first == UInt8(ascii: "~") { found = fence(in: text) }
        if isOver, found == .pending { return .none }
        if case .one(let end, true) = found, !isWelcome(end) { return .one(end: end, isSure: false) }
        return found
    }

    private static let openingsLimit = 4

    /// Whether a fence or a greeting is to be left out by itself: a fence, always; a greeting, where only a continuation was asked for,
    /// and in the middle of something.
    private mutating func isWelcome(_ end: Int) -> Bool {
        if held[start] == UInt8(ascii: "`") || held[start] == UInt8(ascii: "~") { return true }
        guard repetition.asked == .transcript, let last = repetition.sent.last else { return false }
        return !Self.sentenceEnds.contains(last) || fenceOfSent() != nil
    }

    private static let sentenceEnds = Set(".!?:;)\"".utf8)

    private mutating func fence(in text: ArraySlice<UInt8>) -> Greeting.Found {
        guard let open = fenceOfSent() else { return .none }
        guard let end = text.firstIndex(of: SeamSpace.newline) else {
            let isOne = text.prefix { $0 == open.mark }.count >= min(3, text.count)
            return isOne && text.count < Greeting.limit ? .pending : .none
        }
        guard let fence = Fence(line: text[..<end]) else { return .none }
        switch open.opened(again: fence) {
        case .no: return .none
        case .maybe: return .one(end: end + 1, isSure: false)
        case .sure: return .one(end: end + 1, isSure: true)
        }
    }

    /// What is open at the end of what was sent; looked for only where something may be left out because of it.
    private mutating func fenceOfSent() -> Fence? {
        if let fence { return fence }
        let found = Fence.open(at: sent[...])
        fence = .some(found)
        return found
    }

    private mutating func go(on end: Int, isSure: Bool) {
        if isSure { sure = end }
        openings += 1
        base = end
        compared = end
        isNew = false
        overlap = Overlap(with: condensed)
        condensing = Condensing(droppingSpace: isStructured)
    }

    // MARK: Joining

    private func join(behind end: Int, isOver: Bool) -> Outcome {
        let space = held[end...].prefix(while: Condensing.isSpace)
        if !isOver, space.endIndex == held.count, SeamSpace.isOpen(space, after: repetition.space) { return .held }
        return joined(SeamSpace.rest(of: space, after: repetition.space) + held[space.endIndex...])
    }

    /// No repetition: all of it passes but what is sure to be no part of the answer, and white space that the candidate was not told.
    private func joinNew() -> Outcome {
        let space = held[sure...].prefix(while: Condensing.isSpace)
        let text = held[space.endIndex...]
        guard sure > 0 else { return joined(SeamSpace.rest(of: space, after: leftOut[...]) + text) }
        let indent = space.lastIndex(of: SeamSpace.newline).map { space[($0 + 1)...] } ?? space
        if repetition.space.contains(SeamSpace.newline) {
            return joined(SeamSpace.rest(of: [SeamSpace.newline] + indent, after: repetition.space) + text)
        }
        let beginsLine = !indent.isEmpty || (text.first.map { Self.blockMarks.contains($0) } ?? false)
        return joined((beginsLine ? [SeamSpace.newline] : []) + indent + text)
    }

    /// What begins a line of Markdown: a list, a heading, a table, a quotation.
    private static let blockMarks = Set("-*#|>".utf8)

    private func joined(_ rest: ArraySlice<UInt8>) -> Outcome { .joined(rest: rest, leftOut: held.count - rest.count) }
}
