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
        var unit: UInt16
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
        if halves.isEmpty, !mayEndInHalf(value, in: data) { return value.string(in: data) }
        begin(piece, choice: choice, into: &events)
        return joined(value, piece, choice, data)
    }

    /// `"\ud83d"` has eight bytes; most texts end otherwise.
    @inline(__always)
    private func mayEndInHalf(_ value: JSONSlice, in data: RawSpan) -> Bool {
        guard value.end - value.start >= 8, value.end <= data.byteCount else { return false }
        return data.unsafeLoad(fromByteOffset: value.end - 7, as: UInt8.self) == UInt8(ascii: "\\")
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
    private mutating func joined(_ value: JSONSlice, _ piece: Piece, _ choice: Int, _ data: RawSpan) -> String? {
        guard value.kind == .string else { return nil }
        var unit: UInt16 = 0
        if let place = halves.firstIndex(where: { $0.piece == piece && $0.choice == choice }) { unit = halves.remove(at: place).unit }
        var text: [UInt8] = []
        JSONText.append(piece: value, in: data, half: &unit, to: &text)
        if unit != 0 { halves.append(Half(piece: piece, choice: choice, unit: unit)) }
        return String(decoding: text, as: UTF8.self)
    }
}
