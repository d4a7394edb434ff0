// SPDX-License-Identifier: Apache-2.0

/// Many phrases, found in one walk over a text: at each place only those are compared that begin with its three bytes.
struct PhraseIndex: Sendable {
    /// A phrase's first eight bytes, or fewer.
    private struct Head: Sendable {
        /// The first byte lowest; zeros for what is missing.
        var bytes: UInt64
        /// Ones where `bytes` counts.
        var mask: UInt64
        var number: Int
        /// It is not all of the phrase.
        var goesOn: Bool

        init(_ phrase: Phrase, number: Int) {
            self.number = number
            goesOn = phrase.head.count > 8 || !phrase.isPlain
            (bytes, mask) = (0, 0)
            for (place, byte) in phrase.head.prefix(8).enumerated() {
                bytes |= UInt64(byte) << UInt64(place * 8)
                mask |= 0xFF << UInt64(place * 8)
            }
        }
    }

    private let phrases: [Phrase]
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
        for (number, phrase) in phrases.enumerated() {
            precondition(phrase.head.count >= PhraseIndex.head, "too short a phrase: \(phrase.text)")
            let head = Head(phrase, number: number)
            lists[PhraseIndex.bucket(head.bytes)].append(head)
        }
        self.phrases = phrases
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
        let phrases = phrases.span
        var wasWord = false
        for block in stride(from: 0, to: text.count, by: 8) {
            var starts = isOfPieces ? EightBytes.all : EightBytes(text, at: block).wordStarts(after: &wasWord)
            while starts != 0 {
                let start = block + starts.trailingZeroBitCount >> 3
                starts &= starts &- 1
                let window = EightBytes(text, at: start).bytes
                let bucket = PhraseIndex.bucket(window)
                for place in Int(begins[bucket])..<Int(begins[bucket + 1]) {
                    let head = heads[place]
                    guard window & head.mask == head.bytes, !found[head.number] else { continue }
                    if !head.goesOn || phrases[head.number].matches(text, at: start) { found.insert(head.number) }
                }
            }
        }
    }

    /// By the lowest three bytes.
    private static func bucket(_ window: UInt64) -> Int {
        Int((UInt32(truncatingIfNeeded: window & 0xFF_FFFF) &* 2_654_435_761) >> 20)
    }

    /// Numbers of phrases. Never copied: it is asked once for each rule.
    struct Found: ~Copyable {
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
