// SPDX-License-Identifier: Apache-2.0

/// What a value is.
public enum JSONKind: Hashable, Sendable {
    case null, bool, number, string, array, object

    /// By the first byte of a valid value.
    @inline(__always)
    init(firstByte: UInt8) {
        switch firstByte {
        case Byte.openBrace: self = .object
        case Byte.openBracket: self = .array
        case Byte.quote: self = .string
        case 0x74, 0x66: self = .bool
        case 0x6E: self = .null
        default: self = .number
        }
    }
}

/// A validated value's place in its document's bytes; it holds no bytes itself.
///
/// Every reading takes the bytes that the slice was made from, whole. Given others it answers nonsense or `nil`, but never
/// reads outside them. Readings walk the document again and allocate nothing but the `String` they return; who wants
/// many members of one object goes over it once with `forEachMember`.
public struct JSONSlice: Hashable, Sendable {
    /// The value's first byte: an opening quote or bracket belongs to it.
    public internal(set) var start: Int
    /// One past its last byte.
    public internal(set) var end: Int
    public internal(set) var kind: JSONKind

    public var range: Range<Int> { start..<end }

    init(start: Int, end: Int, kind: JSONKind) {
        self.start = start
        self.end = end
        self.kind = kind
    }

    /// The member named `key`; of several, the last, as JavaScript and Python have it. `nil`: there is none, or this is no
    /// object. Names written with escapes are found too.
    public func member(_ key: StaticString, in bytes: RawSpan) -> JSONSlice? {
        var found: JSONSlice?
        forEachMember(in: bytes) { name, value in
            if JSONText.equals(name, key, in: bytes) { found = value }
            return true
        }
        return found
    }

    /// The element at `index`, from 0. `nil`: it has no such element, or this is no array.
    public func element(_ index: Int, in bytes: RawSpan) -> JSONSlice? {
        var left = index
        var found: JSONSlice?
        forEachElement(in: bytes) { value in
            if left == 0 { found = value }
            left -= 1
            return left >= 0
        }
        return found
    }

    /// Calls `body` with each member of an object, in order, until it answers `false`. Does nothing for other kinds.
    ///
    /// - Parameter body: `key` is inside the quotes, as written: read it with `JSONText`.
    public func forEachMember<Failure: Error>(
        in bytes: RawSpan, _ body: (_ key: Range<Int>, _ value: JSONSlice) throws(Failure) -> Bool
    ) throws(Failure) {
        guard kind == .object, end <= bytes.byteCount else { return }
        _ = try Self.walkMembers(from: start, limit: end, in: bytes, body)
    }

    /// Calls `body` with each element of an array, in order, until it answers `false`. Does nothing for other kinds.
    public func forEachElement<Failure: Error>(
        in bytes: RawSpan, _ body: (JSONSlice) throws(Failure) -> Bool
    ) throws(Failure) {
        guard kind == .array, end <= bytes.byteCount else { return }
        let limit = end - 1
        var position = start + 1
        while true {
            position = bytes.spaceEnd(from: position, limit: limit)
            guard position < limit else { return }
            let value = Self.slice(at: position, limit: limit, in: bytes)
            guard try body(value) else { return }
            position = bytes.spaceEnd(from: value.end, limit: limit)
            guard position < limit, bytes.byte(position) == Byte.comma else { return }
            position += 1
        }
    }

    /// Goes over an array of objects once: elements and their members are found in the same walk, where `forEachElement` would have to
    /// find the end of each object before its members can be asked for.
    ///
    /// - Parameters:
    ///   - member: Called for each member of an element that is an object, as in `forEachMember`. `false` ends the walk.
    ///   - element: Called for each element, after its members. `false` ends the walk.
    public func forEachElement(
        in bytes: RawSpan, member: (_ key: Range<Int>, _ value: JSONSlice) -> Bool, element: (JSONSlice) -> Bool
    ) {
        guard kind == .array, end <= bytes.byteCount else { return }
        let limit = end - 1
        var position = start + 1
        while true {
            position = bytes.spaceEnd(from: position, limit: limit)
            guard position < limit else { return }
            let value: JSONSlice
            if bytes.byte(position) == Byte.openBrace {
                guard let end = Self.walkMembers(from: position, limit: limit, in: bytes, member) else { return }
                value = JSONSlice(start: position, end: end, kind: .object)
            } else {
                value = Self.slice(at: position, limit: limit, in: bytes)
            }
            guard element(value) else { return }
            position = bytes.spaceEnd(from: value.end, limit: limit)
            guard position < limit, bytes.byte(position) == Byte.comma else { return }
            position += 1
        }
    }

    /// Calls `body` with the members of the object whose brace is at `start`.
    ///
    /// - Returns: The position after the closing brace; `nil` if `body` ended the walk, or if there is no such brace below `limit`.
    @inline(__always)
    private static func walkMembers<Failure: Error>(
        from start: Int, limit: Int, in bytes: RawSpan, _ body: (_ key: Range<Int>, _ value: JSONSlice) throws(Failure) -> Bool
    ) throws(Failure) -> Int? {
        var position = bytes.spaceEnd(from: start + 1, limit: limit)
        if position < limit, bytes.byte(position) == Byte.closeBrace { return position + 1 }
        while true {
            guard position < limit, bytes.byte(position) == Byte.quote else { return nil }
            let keyStart = position + 1
            position = bytes.stringEnd(from: position, limit: limit)
            let keyEnd = position - 1
            position = bytes.spaceEnd(from: position, limit: limit)
            guard keyEnd >= keyStart, position < limit, bytes.byte(position) == Byte.colon else { return nil }
            position = bytes.spaceEnd(from: position + 1, limit: limit)
            guard position < limit else { return nil }
            let value = slice(at: position, limit: limit, in: bytes)
            guard try body(keyStart..<keyEnd, value) else { return nil }
            position = bytes.spaceEnd(from: value.end, limit: limit)
            guard position < limit else { return nil }
            let next = bytes.byte(position)
            if next == Byte.closeBrace { return position + 1 }
            guard next == Byte.comma else { return nil }
            position = bytes.spaceEnd(from: position + 1, limit: limit)
        }
    }

    @inline(__always)
    private static func slice(at position: Int, limit: Int, in bytes: RawSpan) -> JSONSlice {
        JSONSlice(
            start: position, end: bytes.valueEnd(from: position, limit: limit), kind: JSONKind(firstByte: bytes.byte(position)))
    }
}
