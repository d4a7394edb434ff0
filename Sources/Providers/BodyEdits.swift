// SPDX-License-Identifier: Apache-2.0
import JSON

/// Edits of a request's body at any depth, collected while walking it. Every other byte stays.
struct BodyEdits {
    private var patch = JSONPatch()
    private(set) var count = 0

    /// Edits of one body at most: the most that a conversation has any need of, and no more than a few megabytes of them.
    private static let limit = 1 << 16

    /// There were more edits than one body may have: none of them counts.
    var areTooMany: Bool { count > BodyEdits.limit }

    mutating func replace(_ range: Range<Int>, with bytes: [UInt8]) {
        count += 1
        if !areTooMany { patch.replace(range, with: bytes) }
    }

    mutating func insert(_ text: String, at position: Int) { replace(position..<position, with: Array(text.utf8)) }

    /// Takes members out of an object, with the commas that part them from their neighbours.
    mutating func dropMembers(of object: JSONSlice, in bytes: RawSpan, where isDropped: (_ key: Range<Int>, _ value: JSONSlice) -> Bool) {
        /// Where the next cut begins, if something stays before it.
        var kept: Int?
        /// Where the first names to go begin, while nothing has stayed yet.
        var opening: Int?
        var end = object.start
        object.forEachMember(in: bytes) { key, value in
            let isGone = isDropped(key, value)
            if isGone, let from = kept {
                replace(from..<value.end, with: [])
                kept = value.end
            } else if isGone {
                if opening == nil { opening = key.lowerBound - 1 }
            } else {
                if let first = opening { replace(first..<key.lowerBound - 1, with: []) }
                opening = nil
                kept = value.end
            }
            end = value.end
            return !areTooMany
        }
        if let first = opening { replace(first..<end, with: []) }
    }

    /// Takes elements out of an array, with the commas that part them from their neighbours.
    mutating func dropElements(of array: JSONSlice, in bytes: RawSpan, where isDropped: (JSONSlice) -> Bool) {
        /// Where the next cut begins, if something stays before it.
        var kept: Int?
        /// Where the first elements to go begin, while nothing has stayed yet.
        var opening: Int?
        var end = array.start
        array.forEachElement(in: bytes) { element in
            let isGone = isDropped(element)
            if isGone, let from = kept {
                replace(from..<element.end, with: [])
                kept = element.end
            } else if isGone {
                if opening == nil { opening = element.start }
            } else {
                if let first = opening { replace(first..<element.start, with: []) }
                opening = nil
                kept = element.end
            }
            end = element.end
            return !areTooMany
        }
        if let first = opening { replace(first..<end, with: []) }
    }

    /// Adds a member to an object, after those that it has.
    mutating func addMember(_ text: String, to object: JSONSlice, in bytes: RawSpan) {
        var last: Int?
        object.forEachMember(in: bytes) { _, value in
            last = value.end
            return true
        }
        insert(last == nil ? text : ",\(text)", at: last ?? object.start + 1)
    }

    /// Puts elements behind those that an array has.
    ///
    /// - Parameter text: With the comma before it, if the array has any.
    mutating func append(_ text: [UInt8], to array: JSONSlice, in bytes: RawSpan) {
        if text.isEmpty { return }
        var end = array.start + 1
        array.forEachElement(in: bytes) { element in
            end = element.end
            return true
        }
        replace(end..<end, with: text)
    }

    /// - Returns: `nil` if there is nothing to change, or too much.
    func apply(to body: [UInt8], index: JSONIndex) -> [UInt8]? {
        count == 0 || areTooMany ? nil : patch.apply(to: body.span.bytes, index: index)
    }
}
