// SPDX-License-Identifier: Apache-2.0

/// A key, a token, a password: a value that never prints itself and has one way to be read.
public struct Secret: Sendable, Hashable {
    private let text: String

    public init(_ text: String) { self.text = text }

    public var isEmpty: Bool { text.isEmpty }

    /// The one way to the text: for sending it, hashing it, or writing it into a file of mode 0600. Never for showing it.
    public func withExposed<R, E: Error>(_ body: (String) throws(E) -> R) throws(E) -> R { try body(text) }

    /// Whether `guess` is this secret. How long it takes depends on the guess's length alone, not on where it goes wrong.
    ///
    /// An empty secret equals nothing, so that a forgotten token does not let everybody in.
    @inline(never)
    public func equals(constantTime guess: RawSpan) -> Bool {
        let own = text.utf8Span.span.bytes
        guard own.byteCount > 0 else { return false }
        var difference = own.byteCount ^ guess.byteCount
        var place = 0
        for offset in 0..<guess.byteCount {
            difference |= Int(guess.byte(offset) ^ own.byte(place))
            place += 1
            if place == own.byteCount { place = 0 }
        }
        return difference == 0
    }

    /// Enough for the owner to tell keys apart: `sk-…1a2b`, for printable ASCII of 16 characters or more; else `<secret>`.
    public var masked: String {
        let bytes = text.utf8
        guard bytes.count >= 16, bytes.allSatisfy({ $0 > 0x20 && $0 < 0x7F }) else { return Self.replacement }
        return "\(text.prefix(3))…\(text.suffix(4))"
    }

    /// What stands where a secret stood.
    static let replacement = "<secret>"
}

extension Secret: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    public var description: String { Self.replacement }
    public var debugDescription: String { Self.replacement }
    /// Without children, so that `dump` and debuggers find nothing.
    public var customMirror: Mirror { Mirror(self, children: [] as [Mirror.Child]) }
}
