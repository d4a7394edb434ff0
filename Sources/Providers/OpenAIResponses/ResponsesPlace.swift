// SPDX-License-Identifier: Apache-2.0
import JSON

/// What a stream's client has of each output item: all that is needed to go on with it, and to repeat all of it at the end.
///
/// The text itself is not in here: `Said` has it, and parts are ranges of that.
struct ResponsesPlace: Sendable {
    enum Kind: UInt8, Sendable { case message, reasoning }

    struct Item: Sendable {
        /// Its `output_index`.
        var place: Int
        /// Empty where the provider gave none.
        var id: String
        var kind: Kind
        /// As it came when it was done; empty: it is open.
        var whole: [UInt8] = []
        var parts: [Part] = []
        /// A piece of text has come for it.
        var hasText = false
    }

    struct Part: Sendable {
        enum Kind: UInt8, Sendable { case text, summary, thought }
        enum State: UInt8, Sendable {
            case open
            /// Its text has been told as a whole.
            case told
            case done
        }

        var kind: Kind
        var state = State.open
        /// Of the text that was said; a thought has its own.
        var start: Int
        var end: Int
        var thought: [UInt8] = []
        var half: UInt16 = 0
        /// Joined by commas.
        var annotations: [UInt8] = []
        var citations = 0
    }

    private(set) var items: [Item] = []
    /// Of items, annotations and thoughts.
    private(set) var keptBytes = 0
    /// Whether `response.created` has come.
    var hasBegun = false

    /// Items of one reply at most, and bytes kept of them.
    private static let itemLimit = 1024
    private static let byteLimit = 1 << 20
    private static let placeLimit = 4096

    var isTooLarge: Bool { keptBytes > Self.byteLimit || items.count >= Self.itemLimit }

    // MARK: Items

    /// - Parameter place: `nil`: the last.
    func position(of place: Int?) -> Int? {
        guard let place else { return items.indices.last }
        return items.lastIndex { $0.place == place }
    }

    mutating func begin(_ item: JSONSlice, _ kind: Kind, at place: Int?, in data: RawSpan) {
        let place = place ?? items.count
        guard !isTooLarge, (0..<Self.placeLimit).contains(place), position(of: place) == nil else { return }
        items.append(Item(place: place, id: item.member("id", in: data)?.string(in: data) ?? "", kind: kind))
    }

    /// - Parameter end: Bytes of text that have been said.
    mutating func finish(_ item: JSONSlice, _ kind: Kind, at place: Int?, end: Int, in data: RawSpan) {
        if position(of: place) == nil || place == nil && items.last?.whole.isEmpty == false { begin(item, kind, at: place, in: data) }
        guard let found = position(of: place) else { return }
        closePart(of: found, as: .done, end: end)
        for part in items[found].parts { keptBytes -= part.thought.count + part.annotations.count }
        items[found].parts = []
        items[found].whole = data.extracting(item.range).withUnsafeBytes { Array($0) }
        keptBytes += item.range.count
    }

    // MARK: Parts

    /// - Parameter end: Bytes of text that have been said.
    mutating func beginPart(_ kind: Part.Kind, of place: Int?, end: Int) {
        guard let item = position(of: place), items[item].parts.count < Self.itemLimit else { return }
        closePart(of: item, as: .done, end: end)
        items[item].parts.append(Part(kind: kind, start: end, end: end))
    }

    mutating func closePart(at place: Int?, as state: Part.State, end: Int) {
        if let item = position(of: place) { closePart(of: item, as: state, end: end) }
    }

    private mutating func closePart(of item: Int, as state: Part.State, end: Int) {
        let last = items[item].parts.count - 1
        guard last >= 0, items[item].parts[last].state != .done else { return }
        if items[item].parts[last].state == .open { items[item].parts[last].end = end }
        items[item].parts[last].state = state
    }

    /// - Parameter start: Bytes of text that had been said before the piece.
    mutating func say(at place: Int?, start: Int) {
        guard let item = position(of: place) else { return }
        if items[item].parts.last?.state != .open { beginPart(.text, of: place, end: start) }
        items[item].hasText = true
    }

    mutating func think(_ piece: JSONSlice, _ kind: Part.Kind, at place: Int?, end: Int, in data: RawSpan) {
        guard let item = position(of: place), !isTooLarge else { return }
        if items[item].parts.last?.state != .open || items[item].parts.last?.kind != kind { beginPart(kind, of: place, end: end) }
        let last = items[item].parts.count - 1
        guard last >= 0 else { return }
        var thought: [UInt8] = []
        swap(&thought, &items[item].parts[last].thought)
        let before = thought.count
        JSONText.append(piece: piece, in: data, half: &items[item].parts[last].half, to: &thought)
        keptBytes += thought.count - before
        swap(&thought, &items[item].parts[last].thought)
    }

    mutating func annotate(_ annotation: JSONSlice, at place: Int?, in data: RawSpan) {
        guard let item = position(of: place), !isTooLarge, let last = items[item].parts.indices.last else { return }
        if items[item].parts[last].citations > 0 { items[item].parts[last].annotations.append(UInt8(ascii: ",")) }
        data.extracting(annotation.range).withUnsafeBytes { items[item].parts[last].annotations.append(contentsOf: $0) }
        items[item].parts[last].citations += 1
        keptBytes += annotation.range.count + 1
    }
}
