// SPDX-License-Identifier: Apache-2.0

/// Many phrases, found in one walk over a text: at each place only those are compared that begin with its three bytes.
struct PhraseIndex: Sendable {
    /// A phrase's beginning, up to its first wildcard.
    private struct Head: Sendable {
        var number: UInt16
        var count: UInt16
        /// Where it stands in `bytes`.
        var start: UInt32
        /// It is not all of the phrase.
        var goesOn: Bool
    }

    private let phrases: [Phrase]
    private let bytes: [UInt8]
    /// In the order of their buckets.
    private let heads: [Head]
    /// By the hash of three bytes: where its heads begin; one more at the end.
    private let begins: [UInt16]
    private let isOfPieces: Bool

    /// Each phrase begins with at least so many bytes that stand for themselves.
    static let head = 3
    private static let buckets = 4096

    /// - Parameters:
    ///   - phrases: At most `Found.capacity`.
    ///   - isOfPieces: They may begin within a word.
    init(_ phrases: [Phrase], isOfPieces: Bool) {
        precondition(phrases.count <= Found.capacity, "too many phrases")
        var lists = [[Head]](repeating: [], count: PhraseIndex.buckets)
        var bytes: [UInt8] = []
        for (number, phrase) in phrases.enumerated() {
            let head = phrase.head
            precondition(head.count >= PhraseIndex.head, "too short a phrase: \(phrase.text)")
            lists[PhraseIndex.bucket(head[0], head[1], head[2])].append(
                Head(number: UInt16(number), count: UInt16(head.count), start: UInt32(bytes.count), goesOn: !phrase.isPlain))
            bytes += head
        }
        self.phrases = phrases
        self.bytes = bytes
        self.isOfPieces = isOfPieces
        var begins: [UInt16] = [0]
        for list in lists { begins.append((begins.last ?? 0) + UInt16(list.count)) }
        self.begins = begins
        heads = lists.flatMap { $0 }
    }

    /// Adds what stands in `text`.
    func find(in text: Span<UInt8>, into found: inout Found) {
        guard text.count >= PhraseIndex.head else { return }
        let begins = begins.span
        let heads = heads.span
        var wasWord = false
        for start in 0...(text.count - PhraseIndex.head) {
            let isWord = Wording.isWord(text[start])
            let isWithin = isWord && wasWord
            wasWord = isWord
            if isWithin && !isOfPieces { continue }
            let bucket = PhraseIndex.bucket(text[start], text[start + 1], text[start + 2])
            for place in Int(begins[bucket])..<Int(begins[bucket + 1]) {
                let head = heads[place]
                if found[Int(head.number)] || !stands(head, in: text, at: start) { continue }
                if !head.goesOn || phrases[Int(head.number)].matches(text, at: start) { found.insert(Int(head.number)) }
            }
        }
    }

    private func stands(_ head: Head, in text: Span<UInt8>, at start: Int) -> Bool {
        let (count, from) = (Int(head.count), Int(head.start))
        guard start + count <= text.count else { return false }
        for place in 0..<count where text[start + place] != bytes[from + place] { return false }
        return true
    }

    private static func bucket(_ first: UInt8, _ second: UInt8, _ third: UInt8) -> Int {
        let run = UInt32(first) | UInt32(second) << 8 | UInt32(third) << 16
        return Int((run &* 2_654_435_761) >> 20)
    }

    /// Numbers of phrases.
    struct Found {
        private var bits: InlineArray<24, UInt64> = .init(repeating: 0)

        static let capacity = 24 * 64

        subscript(number: Int) -> Bool { bits[number >> 6] & (1 << UInt64(number & 63)) != 0 }

        mutating func insert(_ number: Int) { bits[number >> 6] |= 1 << UInt64(number & 63) }

        func hasAny(in range: Range<Int>) -> Bool {
            guard !range.isEmpty else { return false }
            let (first, last) = (range.lowerBound >> 6, (range.upperBound - 1) >> 6)
            for word in first...last {
                var mask = ~UInt64(0)
                if word == first { mask <<= UInt64(range.lowerBound & 63) }
                if word == last { mask &= ~UInt64(0) >> UInt64(63 - (range.upperBound - 1) & 63) }
                if bits[word] & mask != 0 { return true }
            }
            return false
        }
    }
}
