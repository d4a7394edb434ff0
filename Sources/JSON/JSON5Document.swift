// SPDX-License-Identifier: Apache-2.0

/// A file that people write: JSON5 (spec.json5.org, 1.0.0) with the place of every name and value.
///
/// Strictly the specification, with two rules of ours: a name that comes twice in one object is a problem, and names such as
/// `__proto__` are names like any other. Numbers are kept in JSON's spelling: `0x10` reads `16`, `.5` reads `0.5`.
public struct JSON5Document: Sendable {
    /// One step down from a value: to a member, or to an element, from 0.
    public enum Step: Hashable, Sendable {
        case key(String)
        case index(Int)
    }

    public let value: JSONValue
    /// The file as it is: what comments and spaces an edit must keep.
    let bytes: [UInt8]
    let root: JSON5Node

    /// - Throws: `JSONProblem`, in words for the person who wrote the file.
    public init(_ bytes: [UInt8], limits: JSONLimits = JSONLimits(depth: 64, bytes: 8 << 20)) throws(JSONProblem) {
        var reader = JSON5Reader(bytes, limits: limits)
        (value, root) = try reader.document()
        self.bytes = bytes
    }

    /// Where the name of the member, or the element, at the end of `path` stands. `nil`: there is none.
    ///
    /// Counts lines from the start of the file, for messages. Lines and columns are from 1, columns in Unicode scalars.
    public func position(of path: [Step]) -> (line: Int, column: Int)? {
        node(at: path).map { place($0.key?.lowerBound ?? $0.value.lowerBound) }
    }

    /// Where the value at the end of `path` stands. `nil`: there is none.
    public func valuePosition(of path: [Step]) -> (line: Int, column: Int)? {
        node(at: path).map { place($0.value.lowerBound) }
    }

    private func place(_ offset: Int) -> (line: Int, column: Int) {
        let position = TextPosition(of: offset, in: bytes.span.bytes)
        return (position.line, position.column)
    }

    func node(at path: [Step]) -> JSON5Node? {
        var node = root
        var value = value
        for step in path {
            let place: Int
            switch (step, value) {
            case (.key(let key), .object(let object)):
                guard let found = object.place(of: key) else { return nil }
                place = found
                value = object.members[found].value
            case (.index(let index), .array(let elements)):
                guard elements.indices.contains(index) else { return nil }
                place = index
                value = elements[index]
            default: return nil
            }
            node = node.children[place]
        }
        return node
    }
}

/// Where a value and its parts stand in the file, beside the value itself: children are its members or elements, in order.
struct JSON5Node: Sendable {
    /// The member's name as written, quotes included. `nil` for elements and the root.
    var key: Range<Int>?
    /// The value as written.
    var value: Range<Int>
    var children: [JSON5Node] = []
}
