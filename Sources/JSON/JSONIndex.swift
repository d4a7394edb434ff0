// SPDX-License-Identifier: Apache-2.0

/// A document's top-level members by place, made in the pass that validates it.
///
/// A name that comes twice at the top level is refused, also when it is spelled with escapes: whoever reads the body after us
/// might take the other one. Deeper down, repeated names pass.
public struct JSONIndex: Hashable, Sendable {
    public struct Member: Hashable, Sendable {
        /// Inside the quotes, as written.
        public var key: Range<Int>
        public var value: JSONSlice

        /// The name, unescaped.
        public func name(in bytes: RawSpan) -> String { JSONText.string(key, in: bytes) }
    }

    public let root: JSONSlice
    /// In the document's order. Empty if the root is not an object.
    public let members: [Member]

    /// - Throws: `JSONProblem` as `JSONScanner.scan` does, or for a repeated name or more members than `limits` has.
    public init(scanning bytes: RawSpan, limits: JSONLimits = .standard) throws(JSONProblem) {
        var members: [Member] = []
        do {
            members.reserveCapacity(8)
            root = try JSONScanner.scan(bytes, limits) { (key, value) throws(ScanFault) in
                guard members.count < limits.members else { throw ScanFault(.tooManyMembers, at: key.lowerBound - 1) }
                members.append(Member(key: key, value: value))
            }
        } catch {
            throw JSONProblem(error, in: bytes)
        }
        if let repeated = Self.repeatedKey(members, in: bytes) {
            throw JSONProblem(ScanFault(.repeatedKey, at: repeated.key.lowerBound - 1), in: bytes)
        }
        self.members = members
    }

    public func value(_ key: StaticString, in bytes: RawSpan) -> JSONSlice? { member(key, in: bytes)?.value }

    /// - Parameter bytes: What the index was made from.
    public func member(_ key: StaticString, in bytes: RawSpan) -> Member? {
        for member in members where JSONText.equals(member.key, key, in: bytes) { return member }
        return nil
    }

    /// As `member(_:in:)`, for a name that is not known when this is compiled.
    public func member(named key: String, in bytes: RawSpan) -> Member? {
        for member in members where JSONText.reads(member.key, key, in: bytes) { return member }
        return nil
    }

    /// The first member whose name an earlier one has. Few plain names are compared pair by pair, others through a set of
    /// their texts: the work grows with the names' size, not its square.
    private static func repeatedKey(_ members: [Member], in bytes: RawSpan) -> Member? {
        if members.count <= 32, members.allSatisfy({ bytes.backslash(in: $0.key) == nil }) {
            for (position, member) in members.enumerated() {
                for earlier in members[..<position] where bytes.isSame(earlier.key, member.key) { return member }
            }
            return nil
        }
        var seen = Set<[UInt8]>(minimumCapacity: members.count)
        for member in members {
            var text: [UInt8] = []
            JSONText.append(member.key, in: bytes, into: &text)
            if !seen.insert(text).inserted { return member }
        }
        return nil
    }
}

extension RawSpan {
    @inline(__always)
    fileprivate func isSame(_ first: Range<Int>, _ second: Range<Int>) -> Bool {
        guard first.count == second.count else { return false }
        for offset in 0..<first.count where byte(first.lowerBound + offset) != byte(second.lowerBound + offset) { return false }
        return true
    }
}
