// SPDX-License-Identifier: Apache-2.0

extension JSON5Document {
    /// A text that is a value, not a name.
    public struct Text: Sendable {
        public var path: [Step]
        public var text: String
        /// Bytes of the file, quotes included.
        public var range: Range<Int>
    }

    /// All texts that are values, as the file has them one after the other.
    public var texts: [Text] {
        var found: [Text] = []
        var path: [Step] = []
        Self.collect(value, root, &path, into: &found)
        return found
    }

    /// As deep as the document was allowed to be.
    private static func collect(_ value: JSONValue, _ node: JSON5Node, _ path: inout [Step], into found: inout [Text]) {
        switch value {
        case .string(let text): found.append(Text(path: path, text: text, range: node.value))
        case .array(let elements):
            for (index, element) in elements.enumerated() {
                path.append(.index(index))
                collect(element, node.children[index], &path, into: &found)
                path.removeLast()
            }
        case .object(let object):
            for (index, member) in object.members.enumerated() {
                path.append(.key(member.key))
                collect(member.value, node.children[index], &path, into: &found)
                path.removeLast()
            }
        case .null, .bool, .number: break
        }
    }
}
