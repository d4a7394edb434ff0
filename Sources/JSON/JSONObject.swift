// SPDX-License-Identifier: Apache-2.0

/// Members in order, each name once. Two objects are equal if they have the same members, in whatever order (RFC 8259 §4).
///
/// Names are told apart by their bytes: `é` as one scalar and as two are two names, as they are to every other JSON reader.
public struct JSONObject: Hashable, Sendable, ExpressibleByDictionaryLiteral {
    /// A name compared by its UTF-8. `String` itself compares what text means.
    private struct Name: Hashable, Sendable {
        var text: String

        static func == (first: Name, second: Name) -> Bool { first.text.hasSameBytes(as: second.text) }

        func hash(into hasher: inout Hasher) {
            var text = text
            text.withUTF8 { hasher.combine(bytes: UnsafeRawBufferPointer($0)) }
            hasher.combine(0xFF as UInt8)
        }
    }

    /// In order. No name comes twice.
    public private(set) var members: [(key: String, value: JSONValue)] = []
    /// Where each name is in `members`. Empty up to `searched` members, which are looked through instead.
    private var places: [Name: Int] = [:]

    private static let searched = 12

    public init() {}

    /// Of members with the same name the last value stays, at the first one's place.
    public init(_ members: some Sequence<(key: String, value: JSONValue)>) {
        for member in members { self[member.key] = member.value }
    }

    public init(dictionaryLiteral elements: (String, JSONValue)...) {
        for (key, value) in elements { self[key] = value }
    }

    public var count: Int { members.count }
    public var isEmpty: Bool { members.isEmpty }
    public var keys: [String] { members.map(\.key) }

    /// The value named `key`. Setting one that is there keeps its place, a new one goes last, `nil` takes it out.
    public subscript(key: String) -> JSONValue? {
        get { place(of: key).map { members[$0].value } }
        set {
            switch (place(of: key), newValue) {
            case (let place?, let value?): members[place].value = value
            case (nil, let value?): append(key, value)
            case (let place?, nil):
                members.remove(at: place)
                places = [:]
                if members.count > Self.searched { fillPlaces() }
            case (nil, nil): break
            }
        }
    }

    /// Where `key` is in `members`.
    func place(of key: String) -> Int? {
        if members.count > Self.searched { return places[Name(text: key)] }
        return members.firstIndex { $0.key.hasSameBytes(as: key) }
    }

    private mutating func append(_ key: String, _ value: JSONValue) {
        members.append((key, value))
        if members.count > Self.searched + 1 {
            places[Name(text: key)] = members.count - 1
        } else if members.count > Self.searched {
            fillPlaces()
        }
    }

    private mutating func fillPlaces() {
        for (place, member) in members.enumerated() { places[Name(text: member.key)] = place }
    }

    public static func == (first: JSONObject, second: JSONObject) -> Bool {
        first.count == second.count && first.members.allSatisfy { second[$0.key] == $0.value }
    }

    public func hash(into hasher: inout Hasher) {
        // Summed, since the order of members must not count.
        var sum = 0
        for member in members {
            var each = Hasher()
            each.combine(Name(text: member.key))
            each.combine(member.value)
            sum &+= each.finalize()
        }
        hasher.combine(sum)
    }
}

extension String {
    @inline(__always)
    fileprivate func hasSameBytes(as other: String) -> Bool {
        utf8.count == other.utf8.count && utf8.elementsEqual(other.utf8)
    }
}
