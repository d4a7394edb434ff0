// SPDX-License-Identifier: Apache-2.0

extension Headers: ExpressibleByDictionaryLiteral {
    public init(dictionaryLiteral elements: (String, String)...) {
        self.init(roomFor: elements.reduce(0) { $0 + $1.0.utf8.count + $1.1.utf8.count + 4 }, fields: elements.count)
        for (name, value) in elements { append(name, value) }
    }
}

extension Headers: Hashable {
    /// Equal names in any case with equal values, in the same order.
    public static func == (left: Headers, right: Headers) -> Bool {
        guard left.fields.count == right.fields.count else { return false }
        // Mostly they are copies of each other.
        if left.lines == right.lines { return true }
        let (mine, theirs) = (left.lines.span.bytes, right.lines.span.bytes)
        for (a, b) in zip(left.fields, right.fields) {
            guard a.name.count == b.name.count, a.value.count == b.value.count else { return false }
            for (one, other) in zip(a.name, b.name) where FieldBytes.lower(mine.byte(one)) != FieldBytes.lower(theirs.byte(other)) {
                return false
            }
            for (one, other) in zip(a.value, b.value) where mine.byte(one) != theirs.byte(other) { return false }
        }
        return true
    }

    public func hash(into hasher: inout Hasher) {
        let bytes = lines.span.bytes
        hasher.combine(fields.count)
        for field in fields {
            for offset in field.name { hasher.combine(FieldBytes.lower(bytes.byte(offset))) }
            bytes.extracting(field.value).withUnsafeBytes { hasher.combine(bytes: $0) }
        }
    }
}

extension Headers: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    /// A field a line, as it may be shown: what may let somebody in stands as `<secret>`.
    public var description: String { shown.map { "\($0.name): \($0.value)" }.joined(separator: "\n") }

    public var debugDescription: String { description }

    /// What `dump` and a debugger see: the fields as they may be shown, never the bytes.
    public var customMirror: Mirror { Mirror(self, children: shown.map { (label: $0.name, value: $0.value as Any) }) }

    private var shown: [(name: String, value: String)] {
        let bytes = lines.span.bytes
        var shown: [(name: String, value: String)] = []
        for field in fields {
            let isSecret = Self.secretNames.contains { bytes.equals(field.name, $0) }
            shown.append((bytes.text(field.name), isSecret ? "<secret>" : bytes.text(field.value)))
        }
        return shown
    }

    /// Fields whose value lets somebody in, at any provider we know or at the gateway.
    private static let secretNames: [StaticString] = [
        "authorization", "proxy-authorization", "x-api-key", "x-goog-api-key", "api-key", "x-auth-token", "x-amz-security-token", "cookie",
        "set-cookie",
    ]
}
