// SPDX-License-Identifier: Apache-2.0

/// One fact of a log line. Never a secret, a prompt or a reply; text from outside is redacted before.
public enum LogValue: Hashable, Sendable {
    case string(String)
    case int(Int)
    case double(Double)
    case bool(Bool)
    /// A few, each bounded as a single one is.
    case texts([String])
}

extension LogValue: ExpressibleByStringLiteral, ExpressibleByIntegerLiteral, ExpressibleByFloatLiteral, ExpressibleByBooleanLiteral {
    public init(stringLiteral value: String) { self = .string(value) }
    public init(integerLiteral value: Int) { self = .int(value) }
    public init(floatLiteral value: Double) { self = .double(value) }
    public init(booleanLiteral value: Bool) { self = .bool(value) }
}

extension LogValue: CustomStringConvertible {
    public var description: String {
        switch self {
        case .string(let text): text
        case .int(let number): String(number)
        case .double(let number): String(number)
        case .bool(let flag): String(flag)
        case .texts(let texts): texts.joined(separator: ", ")
        }
    }
}

/// The facts of a log line, in order, each name once.
public struct LogFields: Hashable, Sendable {
    public struct Field: Hashable, Sendable {
        public var name: String
        public var value: LogValue
    }

    public private(set) var fields: [Field] = []

    public init() {}

    public var isEmpty: Bool { fields.isEmpty }

    /// Setting a new name adds a field at the end; setting `nil` takes the field away.
    public subscript(name: String) -> LogValue? {
        get { fields.first { $0.name == name }?.value }
        set {
            switch (fields.firstIndex { $0.name == name }, newValue) {
            case (let index?, let value?): fields[index].value = value
            case (let index?, nil): fields.remove(at: index)
            case (nil, let value?): fields.append(Field(name: name, value: value))
            case (nil, nil): break
            }
        }
    }

    /// These fields and then those of `other`, whose values win.
    public func merging(_ other: LogFields) -> LogFields {
        if isEmpty { return other }
        var merged = self
        for field in other.fields { merged[field.name] = field.value }
        return merged
    }
}

extension LogFields: ExpressibleByDictionaryLiteral {
    /// Of a name that stands twice, the last value counts.
    public init(dictionaryLiteral elements: (String, LogValue)...) {
        fields.reserveCapacity(elements.count)
        for (name, value) in elements { self[name] = value }
    }
}
