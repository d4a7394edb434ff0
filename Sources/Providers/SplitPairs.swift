// SPDX-License-Identifier: Apache-2.0
import JSON

/// Characters outside the first plane that a provider's stream splits over two events: JSON may write each as a pair of escapes
/// (`\ud83d\ude00`), and some providers cut their pieces between the two. The first half waits here for the second.
///
/// A half that stays alone is U+FFFD, as everywhere.
struct SplitPairs: Sendable {
    /// What is told in pieces.
    enum Piece: Hashable, Sendable {
        case text, refusal, thinking
        case arguments(call: Int)

        func event(_ text: String) -> ConversationEvent.Kind {
            switch self {
            case .text: .text(text)
            case .refusal: .refusal(text)
            case .thinking: .thinking(text)
            case .arguments(let call): .toolArguments(call: call, text)
            }
        }

        /// Whether pieces of both may come by turns.
        func maySpeak(beside other: Piece) -> Bool {
            if case .arguments = self, case .arguments = other { return true }
            return self == other
        }
    }

    private struct Half {
        var piece: Piece
        var choice: Int
        var unit: UInt32
    }

    /// Mostly none.
    private var halves: [Half] = []

    /// The text of a piece, with the half before it and without one at its end.
    ///
    /// - Parameter events: Takes the halves that are left of other pieces, which this one ends.
    /// - Returns: `nil` if `value` is no text. It may be empty.
    mutating func string(
        _ value: JSONSlice, of piece: Piece, choice: Int = 0, in data: RawSpan, into events: inout [ConversationEvent]
    ) -> String? {
        let last = Self.lastHalf(of: value, in: data)
        if last == nil, halves.isEmpty { return value.string(in: data) }
        begin(piece, choice: choice, into: &events)
        return joined(value, last, piece, choice, data)
    }

    /// A piece follows that ends those of other kinds.
    mutating func begin(_ piece: Piece, choice: Int = 0, into events: inout [ConversationEvent]) {
        if halves.isEmpty { return }
        end(into: &events) { $0.choice == choice && !$0.piece.maySpeak(beside: piece) }
    }

    /// What was told ends: no second half can come.
    mutating func end(choice: Int = 0, into events: inout [ConversationEvent]) {
        if halves.isEmpty { return }
        end(into: &events) { $0.choice == choice }
    }

    @inline(never)
    private mutating func end(into events: inout [ConversationEvent], where isOver: (Half) -> Bool) {
        for half in halves where isOver(half) {
            events.append(ConversationEvent(half.piece.event("\u{FFFD}"), choice: half.choice))
        }
        halves.removeAll(where: isOver)
    }

    @inline(never)
    private mutating func joined(_ value: JSONSlice, _ last: UInt32?, _ piece: Piece, _ choice: Int, _ data: RawSpan) -> String? {
        guard value.kind == .string else { return nil }
        var range = value.start + 1..<value.end - (last == nil ? 1 : 7)
        var text = ""
        if let place = halves.firstIndex(where: { $0.piece == piece && $0.choice == choice }) {
            if range.isEmpty, last == nil { return "" }
            let high = halves.remove(at: place).unit
            if range.count >= 6, let low = Self.unit(at: range.lowerBound, in: data), low & 0xFC00 == 0xDC00 {
                text.unicodeScalars.append(Unicode.Scalar(0x10000 + ((high & 0x3FF) << 10 | low & 0x3FF)) ?? "\u{FFFD}")
                range = range.lowerBound + 6..<range.upperBound
            } else {
                text = "\u{FFFD}"
            }
        }
        text += JSONText.string(range, in: data)
        if let last { halves.append(Half(piece: piece, choice: choice, unit: last)) }
        return text
    }

    /// The first half of a pair at the end of `value`.
    @inline(__always)
    private static func lastHalf(of value: JSONSlice, in data: RawSpan) -> UInt32? {
        // `"\ud83d"` has eight bytes; most texts end otherwise.
        guard value.end - value.start >= 8, value.end <= data.byteCount,
            data.unsafeLoad(fromByteOffset: value.end - 7, as: UInt8.self) == UInt8(ascii: "\\")
        else { return nil }
        return last(value, in: data)
    }

    @inline(never)
    private static func last(_ value: JSONSlice, in data: RawSpan) -> UInt32? {
        guard value.kind == .string, let unit = unit(at: value.end - 7, in: data), unit & 0xFC00 == 0xD800 else { return nil }
        // An even number of backslashes before it are characters of their own.
        var before = value.end - 8
        while before > value.start, data.unsafeLoad(fromByteOffset: before, as: UInt8.self) == UInt8(ascii: "\\") { before -= 1 }
        return (value.end - 8 - before).isMultiple(of: 2) ? unit : nil
    }

    /// The unit of the `\uXXXX` at `position`.
    private static func unit(at position: Int, in data: RawSpan) -> UInt32? {
        func byte(_ offset: Int) -> UInt8 { data.unsafeLoad(fromByteOffset: position + offset, as: UInt8.self) }
        guard position + 6 <= data.byteCount, byte(0) == UInt8(ascii: "\\"), byte(1) == UInt8(ascii: "u") else { return nil }
        var unit: UInt32 = 0
        for offset in 2..<6 {
            switch byte(offset) {
            case let digit where (0x30...0x39).contains(digit): unit = unit << 4 | UInt32(digit - 0x30)
            case let letter where (0x61...0x66).contains(letter | 0x20): unit = unit << 4 | UInt32((letter | 0x20) - 0x57)
            default: return nil
            }
        }
        return unit
    }
}
