// SPDX-License-Identifier: Apache-2.0

/// Edits to a document's top-level object by place. Every byte that no edit names stays as it is: order, space, spelling.
///
/// Values are given as JSON and are not checked; what they hold is the caller's word. Edits may be asked for in any order.
public struct JSONPatch: Sendable {
    private struct Edit {
        var range: Range<Int>
        var bytes: [UInt8]
    }

    private struct Addition {
        var key: String
        var value: [UInt8]
    }

    private var replacements: [Edit] = []
    private var dropped: [JSONIndex.Member] = []
    private var additions: [Addition] = []

    public init() {}

    public var isEmpty: Bool { replacements.isEmpty && dropped.isEmpty && additions.isEmpty }

    /// Puts `bytes` where `range` was, as a rule a value's range. Ranges replaced must not overlap; one inside a dropped
    /// member goes with it.
    public mutating func replace(_ range: Range<Int>, with bytes: [UInt8]) {
        replacements.append(Edit(range: range, bytes: bytes))
    }

    /// Takes a member out, with the comma that parts it from its neighbours.
    public mutating func drop(_ member: JSONIndex.Member) { dropped.append(member) }

    /// Adds a member after the last that stays. Where the object has one named `key` that is not dropped, its value is replaced
    /// instead: the result never has two.
    ///
    /// - Parameter key: Plain text; it is escaped here.
    public mutating func add(key: String, value: [UInt8]) { additions.append(Addition(key: key, value: value)) }

    /// The document with all edits. What is not at the top level of an object is untouched: if the root is no object, only
    /// replacements apply.
    ///
    /// - Parameters:
    ///   - bytes: What `index` was made from.
    ///   - index: What the ranges and members of the edits came from.
    public func apply(to bytes: RawSpan, index: JSONIndex) -> [UInt8] {
        let edits = ordered(index, bytes)
        var size = bytes.byteCount
        for edit in edits { size += edit.bytes.count - edit.range.count }
        var output: [UInt8] = []
        output.reserveCapacity(max(size, 0))
        var position = 0
        for edit in edits {
            precondition(edit.range.lowerBound >= position, "Edits of one document overlap")
            bytes.extracting(position..<edit.range.lowerBound).withUnsafeBytes { output.append(contentsOf: $0) }
            output.append(contentsOf: edit.bytes)
            position = edit.range.upperBound
        }
        bytes.extracting(position..<bytes.byteCount).withUnsafeBytes { output.append(contentsOf: $0) }
        return output
    }

    /// All edits as replaced ranges that do not overlap, first to last.
    private func ordered(_ index: JSONIndex, _ bytes: RawSpan) -> [Edit] {
        // The usual patch is one replacement: nothing to sort, nothing to weigh against each other.
        if replacements.count == 1, dropped.isEmpty, additions.isEmpty { return replacements }
        guard index.root.kind == .object else { return replacements.sorted(by: Self.comesFirst) }
        let gone = dropped.isEmpty ? [] : index.members.map { member in dropped.contains { $0.key == member.key } }
        let cuts = Self.cuts(index.members, gone)
        var edits = replacements.filter { edit in !cuts.contains { Self.lies(edit.range, within: $0) } }
        for cut in cuts { edits.append(Edit(range: cut, bytes: [])) }
        var added: [Addition] = []
        for addition in additions {
            added.removeAll { $0.key.utf8.elementsEqual(addition.key.utf8) }
            added.append(addition)
        }
        var text: [UInt8] = []
        let anchor = index.members.indices.last { gone.isEmpty || !gone[$0] }
        for addition in added {
            if let member = index.member(named: addition.key, in: bytes), !dropped.contains(where: { $0.key == member.key }) {
                edits.removeAll { Self.lies($0.range, within: member.value.range) }
                edits.append(Edit(range: member.value.range, bytes: addition.value))
                continue
            }
            if anchor != nil || !text.isEmpty { text.append(Byte.comma) }
            JSONWriter.quote(addition.key, into: &text)
            text.append(Byte.colon)
            text += addition.value
        }
        if !text.isEmpty {
            let place = anchor.map { index.members[$0].value.end } ?? index.root.start + 1
            edits.append(Edit(range: place..<place, bytes: text))
        }
        return edits.sorted(by: Self.comesFirst)
    }

    /// The ranges to cut so that the dropped members go and the commas still fit. A dropped member that has a staying one before
    /// it goes with the comma in front of it; one that has none goes with all up to the next member's name.
    private static func cuts(_ members: [JSONIndex.Member], _ gone: [Bool]) -> [Range<Int>] {
        var cuts: [Range<Int>] = []
        var stays = false
        for (position, isGone) in gone.enumerated() {
            if !isGone {
                stays = true
            } else if stays {
                cuts.append(members[position - 1].value.end..<members[position].value.end)
            } else {
                let next = position + 1
                let end = next < members.count ? members[next].key.lowerBound - 1 : members[position].value.end
                cuts.append(members[position].key.lowerBound - 1..<end)
            }
        }
        return cuts
    }

    /// An insertion, which replaces nothing, lies within a range only if it is not at one of its ends.
    private static func lies(_ inner: Range<Int>, within outer: Range<Int>) -> Bool {
        if inner.isEmpty { return outer.lowerBound < inner.lowerBound && inner.lowerBound < outer.upperBound }
        return outer.lowerBound <= inner.lowerBound && inner.upperBound <= outer.upperBound
    }

    private static func comesFirst(_ first: Edit, _ second: Edit) -> Bool {
        (first.range.lowerBound, first.range.upperBound) < (second.range.lowerBound, second.range.upperBound)
    }
}
