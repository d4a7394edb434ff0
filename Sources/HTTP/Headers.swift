// SPDX-License-Identifier: Apache-2.0

/// Header fields in their order, with names compared without case (RFC 9110 §5.1).
///
/// The fields are kept as the lines that are sent, with a list of the places of names and values in them: parsing a head
/// takes two allocations, finding a field none, and serializing is one copy. What is no field is refused on the way in, so a
/// line break in a value can never begin a field of its own.
public struct Headers: Sendable {
    /// Places in `lines`. A field's line begins where the one before it ends.
    struct Field: Sendable {
        var nameEnd: UInt32
        var valueStart: UInt32
        var valueEnd: UInt32
        var lineStart: UInt32
        var lineEnd: UInt32

        var name: Range<Int> { Int(lineStart)..<Int(nameEnd) }
        var value: Range<Int> { Int(valueStart)..<Int(valueEnd) }
        var line: Range<Int> { Int(lineStart)..<Int(lineEnd) }
    }

    /// Bytes of all fields together; what goes beyond is refused.
    public static let maxBytes = 1 << 20

    /// `Name: value` and CRLF for each field, with nothing between.
    private(set) var lines: [UInt8] = []
    private(set) var fields: [Field] = []

    public init() {}

    /// With room for fields that are about to be added.
    ///
    /// - Parameter bytes: Of their lines.
    public init(roomFor bytes: Int, fields count: Int) {
        lines.reserveCapacity(bytes)
        fields.reserveCapacity(count)
    }

    /// Bytes of all lines.
    public var byteCount: Int { lines.count }

    /// For the parser: `fields` are the places in `lines`, which it has checked.
    init(lines: [UInt8], fields: [Field]) {
        self.lines = lines
        self.fields = fields
    }

    public var count: Int { fields.count }
    public var isEmpty: Bool { fields.isEmpty }

    // MARK: Reading

    /// The value of the first field of this name.
    public func first(_ name: StaticString) -> String? { index(of: name).map { lines.span.bytes.text(fields[$0].value) } }

    public func contains(_ name: StaticString) -> Bool { index(of: name) != nil }

    /// Whether a field's name begins so; case does not matter.
    public func hasName(beginning prefix: StaticString) -> Bool {
        let bytes = lines.span.bytes
        let length = prefix.utf8CodeUnitCount
        for field in fields where field.name.count >= length {
            if bytes.equals(field.name.lowerBound..<(field.name.lowerBound + length), prefix) { return true }
        }
        return false
    }

    /// Hands out the bytes of the first value, without a copy. `nil`: no such field.
    public func withFirst<R>(_ name: StaticString, _ body: (RawSpan) -> R) -> R? {
        guard let index = index(of: name) else { return nil }
        return body(lines.span.bytes.extracting(fields[index].value))
    }

    /// The first value. Setting replaces all fields of this name with one, at the end; setting `nil` removes them.
    public subscript(name: String) -> String? {
        get {
            let bytes = lines.span.bytes
            for field in fields where Self.matches(bytes, field.name, name) { return bytes.text(field.value) }
            return nil
        }
        set {
            if let newValue { set(name, newValue) } else { remove(name) }
        }
    }

    /// All values of this name, in order.
    public func all(_ name: String) -> [String] {
        let bytes = lines.span.bytes
        var values: [String] = []
        for field in fields where Self.matches(bytes, field.name, name) { values.append(bytes.text(field.value)) }
        return values
    }

    /// Whether the comma-separated list of this name, over all its fields, holds `token`; case does not matter.
    public func hasToken(_ token: StaticString, in name: StaticString) -> Bool {
        let bytes = lines.span.bytes
        for field in fields where bytes.equals(field.name, name) {
            var start = field.value.lowerBound
            while start <= field.value.upperBound {
                let end = bytes.first(UInt8(ascii: ","), in: start..<field.value.upperBound) ?? field.value.upperBound
                if bytes.equals(bytes.trimmed(start..<end), token) { return true }
                start = end + 1
            }
        }
        return false
    }

    public func forEach(_ body: (_ name: String, _ value: String) -> Void) {
        let bytes = lines.span.bytes
        for field in fields { body(bytes.text(field.name), bytes.text(field.value)) }
    }

    /// Appends `Name: value` and CRLF for each field.
    public func serialize(into output: inout [UInt8]) { output.append(contentsOf: lines) }

    // MARK: Writing

    /// Adds a field at the end; white space around `value` is left out.
    ///
    /// - Returns: `false`, and no change, if `name` or `value` holds a byte that may not stand there, such as a line break, or if all
    ///   would be larger than `maxBytes`.
    @discardableResult
    public mutating func append(_ name: String, _ value: String) -> Bool {
        let before = lines.count
        guard before + name.utf8.count + value.utf8.count + 4 <= Self.maxBytes else { return false }
        lines.append(contentsOf: name.utf8)
        let nameEnd = lines.count
        lines.append(UInt8(ascii: ":"))
        lines.append(0x20)
        lines.append(contentsOf: value.utf8)
        return keepLine(from: before, nameEnd: nameEnd)
    }

    /// Adds one line `Name: value`, its CRLF included or not, as a client library hands out the head of a reply.
    ///
    /// - Returns: `false`, and no change, if it is no header field, or goes on an earlier line.
    @discardableResult
    public mutating func append(line: RawSpan) -> Bool {
        var end = line.byteCount
        if end > 0, line.byte(end - 1) == 0x0A { end -= 1 }
        if end > 0, line.byte(end - 1) == 0x0D { end -= 1 }
        let before = lines.count
        guard before + end + 2 <= Self.maxBytes, let colon = line.first(UInt8(ascii: ":"), in: 0..<end) else { return false }
        line.extracting(0..<end).withUnsafeBytes { lines.append(contentsOf: $0) }
        return keepLine(from: before, nameEnd: before + colon)
    }

    /// Adds all fields of `other` at the end.
    public mutating func append(_ other: Headers) {
        guard lines.count + other.lines.count <= Self.maxBytes else { return }
        let shift = UInt32(lines.count)
        lines.append(contentsOf: other.lines)
        for field in other.fields { fields.append(field.moved(by: shift)) }
    }

    /// Makes `value` the only one of this name; its field stands at the end.
    ///
    /// - Returns: As `append`. The former fields are gone even if the new one is refused.
    @discardableResult
    public mutating func set(_ name: String, _ value: String) -> Bool {
        remove(name)
        return append(name, value)
    }

    public mutating func remove(_ name: String) {
        var index = 0
        while index < fields.count {
            guard Self.matches(lines.span.bytes, fields[index].name, name) else {
                index += 1
                continue
            }
            let line = fields.remove(at: index).line
            lines.removeSubrange(line)
            let shift = UInt32(line.count)
            for later in index..<fields.count { fields[later] = fields[later].moved(by: 0 &- shift) }
        }
    }

    /// Turns the bytes from `start` on, which have just been added, into a field, or takes them away again.
    private mutating func keepLine(from start: Int, nameEnd: Int) -> Bool {
        guard let field = Self.field(in: lines.span.bytes, line: start..<lines.count, nameEnd: nameEnd) else {
            lines.removeSubrange(start...)
            return false
        }
        lines.append(0x0D)
        lines.append(0x0A)
        fields.append(field)
        return true
    }

    // MARK: Places

    /// The field that `line`, without its CRLF, is: `nil` for bytes that may not stand in a name or value.
    static func field(in bytes: RawSpan, line: Range<Int>, nameEnd: Int) -> Field? {
        guard nameEnd > line.lowerBound else { return nil }
        for offset in line.lowerBound..<nameEnd where !FieldBytes.isToken(bytes.byte(offset)) { return nil }
        let value = bytes.trimmed((nameEnd + 1)..<line.upperBound)
        guard bytes.isValue(value) else { return nil }
        return Field(
            nameEnd: UInt32(nameEnd), valueStart: UInt32(value.lowerBound), valueEnd: UInt32(value.upperBound),
            lineStart: UInt32(line.lowerBound), lineEnd: UInt32(line.upperBound + 2))
    }

    private func index(of name: StaticString) -> Int? {
        let bytes = lines.span.bytes
        for index in fields.indices where bytes.equals(fields[index].name, name) { return index }
        return nil
    }

    private static func matches(_ bytes: RawSpan, _ range: Range<Int>, _ name: String) -> Bool {
        guard range.count == name.utf8.count else { return false }
        var offset = range.lowerBound
        for wanted in name.utf8 {
            guard FieldBytes.lower(bytes.byte(offset)) == FieldBytes.lower(wanted) else { return false }
            offset += 1
        }
        return true
    }
}

extension Headers.Field {
    /// The same field in lines that begin `shift` bytes later; with wrap-around, also earlier.
    func moved(by shift: UInt32) -> Self {
        Self(
            nameEnd: nameEnd &+ shift, valueStart: valueStart &+ shift, valueEnd: valueEnd &+ shift, lineStart: lineStart &+ shift,
            lineEnd: lineEnd &+ shift)
    }
}
