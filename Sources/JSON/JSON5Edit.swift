// SPDX-License-Identifier: Apache-2.0

/// Changes a file that people write, and only what has to change: comments, order, indentation, quotes and the way of ending lists stay.
///
/// What is put in is written as the rest of the file is. After every step the text is read again and held against the value that was
/// meant, so an edit either says exactly that or fails.
public struct JSON5Edit: Sendable {
    public typealias Step = JSON5Document.Step

    public internal(set) var document: JSON5Document
    let limits: JSONLimits

    /// The file as it is by now.
    public var bytes: [UInt8] { document.bytes }
    public var value: JSONValue { document.value }

    /// - Throws: `JSONProblem`, as `JSON5Document` does: what cannot be read cannot be edited.
    public init(_ bytes: [UInt8], limits: JSONLimits = JSONLimits(depth: 64, bytes: 8 << 20)) throws(JSONProblem) {
        document = try JSON5Document(bytes, limits: limits)
        self.limits = limits
    }

    /// Sets the value at the end of `path`, making the objects and lists on the way to it that are missing.
    ///
    /// Of objects and lists only what differs is rewritten, so that comments within stay. An index may be the one behind the last.
    public mutating func set(_ new: JSONValue, at path: [Step]) throws(JSON5EditProblem) {
        try put(new, at: path, room: Self.mostPieces)
    }

    /// Puts a value behind the last of the list at `path`, which is made if it is missing.
    public mutating func append(_ new: JSONValue, to path: [Step]) throws(JSON5EditProblem) {
        switch value.at(path) {
        case nil: try set(.array([new]), at: path)
        case .array(let elements)?: try set(new, at: path + [.index(elements.count)])
        case let other?: throw .notContainer(path: path, kind: other.kind)
        }
    }

    /// Takes out the member or element at `path`, with a comment that ends its line. Comments on lines of their own stay.
    ///
    /// - Returns: `false` if there is none.
    @discardableResult
    public mutating func remove(at path: [Step]) throws(JSON5EditProblem) -> Bool {
        guard let last = path.last, value.at(path) != nil else { return false }
        let place = Array(path.dropLast())
        guard let container = document.node(at: place), let parent = value.at(place) else { return false }
        let index: Int? =
            switch (last, parent) {
            case (.key(let key), .object(let object)): object.place(of: key)
            case (.index(let index), .array): index
            default: nil
            }
        guard let index else { return false }
        try replace(with: removal(of: index, in: container), meaning: value.removing(at: path))
        return true
    }

    // MARK: Whole values

    /// Beyond this many changes of one value it is written anew as a whole: each costs a reading of the file.
    private static let mostPieces = 200

    private mutating func put(_ new: JSONValue, at path: [Step], room: Int) throws(JSON5EditProblem) {
        guard let old = value.at(path) else { return try insert(new, at: path) }
        if old == new { return }
        if room > 0, Self.pieces(old, new) <= room {
            switch (old, new) {
            case (.object(let old), .object(let new)):
                for key in old.keys where new[key] == nil { try remove(at: path + [.key(key)]) }
                for member in new.members { try put(member.value, at: path + [.key(member.key)], room: room) }
                return
            case (.array(let old), .array(let new)):
                return try put(new, over: old, at: path, room: room)
            default: break
            }
        }
        guard let node = document.node(at: path) else { return }
        let style = JSON5Style(document)
        let isInline = isInline(path)
        let text = style.text(of: new, indent: lineIndent(at: node.value.lowerBound), inline: isInline)
        try replace(with: [JSON5Change(node.value, text)], meaning: value.setting(new, at: path[...]))
    }

    /// An element that went, came at the end or changed.
    private mutating func put(_ new: [JSONValue], over old: [JSONValue], at path: [Step], room: Int) throws(JSON5EditProblem) {
        if new.count < old.count {
            // What is no longer there is taken out where it stood, if the rest is the same.
            var kept = 0
            var going: [Int] = []
            for (index, element) in old.enumerated() {
                if kept < new.count, new[kept] == element { kept += 1 } else { going.append(index) }
            }
            if kept == new.count {
                for index in going.reversed() { try remove(at: path + [.index(index)]) }
                return
            }
        }
        for (index, element) in new.prefix(old.count).enumerated() { try put(element, at: path + [.index(index)], room: room) }
        for index in stride(from: old.count - 1, through: new.count, by: -1) { try remove(at: path + [.index(index)]) }
        for element in new.dropFirst(old.count) { try append(element, to: path) }
    }

    /// How many edits make one value of the other, or more than can matter.
    private static func pieces(_ old: JSONValue, _ new: JSONValue) -> Int {
        switch (old, new) {
        case (.object(let old), .object(let new)):
            let changed = new.members.reduce(0) { sum, member in sum + (old[member.key].map { pieces($0, member.value) } ?? 1) }
            return changed + old.keys.count { new[$0] == nil }
        case (.array(let old), .array(let new)):
            return zip(old, new).reduce(abs(old.count - new.count)) { $0 + pieces($1.0, $1.1) }
        default: return old == new ? 0 : 1
        }
    }

    // MARK: The text

    /// Makes all changes at once and looks at what comes of it.
    mutating func replace(with changes: [JSON5Change], meaning: JSONValue) throws(JSON5EditProblem) {
        var bytes = document.bytes
        for change in changes.sorted(by: { $0.range.lowerBound > $1.range.lowerBound }) {
            bytes.replaceSubrange(change.range, with: change.text.utf8)
        }
        let edited: JSON5Document
        do {
            edited = try JSON5Document(bytes, limits: limits)
        } catch {
            throw .unfit(error)
        }
        guard edited.value == meaning else { throw .mangled }
        document = edited
    }
}

/// Why a file was not edited. It is as it was.
public enum JSON5EditProblem: Error, Hashable, Sendable {
    /// What stands at `path` is no object or no list, so there is nothing in it to set.
    case notContainer(path: [JSON5Document.Step], kind: JSONKind)
    /// There is no element of this number, and it is not the next one.
    case noElement(path: [JSON5Document.Step])
    /// The result would be too big or too deep.
    case unfit(JSONProblem)
    /// The text that came out says something else than was meant: a fault of ours.
    case mangled

    /// A clause for people.
    public var text: String {
        switch self {
        case .notContainer(_, let kind): "what stands there is \(kind.withArticle), so nothing can be set in it"
        case .noElement: "the list has no such element, and it is not the next one"
        case .unfit(let problem): "the file would be unreadable: \(problem.message)"
        case .mangled: "the edited file would not say what was asked for; this is a fault of this program"
        }
    }
}

/// A piece of the file and what takes its place.
struct JSON5Change: Hashable, Sendable {
    var range: Range<Int>
    var text: String

    init(_ range: Range<Int>, _ text: String) {
        self.range = range
        self.text = text
    }

    /// Puts text in and takes nothing out.
    init(at place: Int, _ text: String) { self.init(place..<place, text) }
}

extension JSONKind {
    fileprivate var withArticle: String {
        switch self {
        case .null: "null"
        case .bool: "true or false"
        case .number: "a number"
        case .string: "a text"
        case .array: "a list"
        case .object: "an object"
        }
    }
}
