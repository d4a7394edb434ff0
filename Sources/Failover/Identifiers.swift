// SPDX-License-Identifier: Apache-2.0

/// A name of one kind of thing, so that names of different kinds cannot be mixed up.
public protocol Identifier: RawRepresentable<String>, Hashable, Sendable, Comparable, ExpressibleByStringLiteral, CustomStringConvertible {
    init(rawValue: String)
}

extension Identifier {
    public init(stringLiteral value: String) { self.init(rawValue: value) }

    public var description: String { rawValue }

    public static func < (left: Self, right: Self) -> Bool { left.rawValue < right.rawValue }
}

/// A provider's id as in `models.providers.<id>`, lower-case.
public struct ProviderID: Identifier {
    public let rawValue: String
    public init(rawValue: String) { self.rawValue = rawValue }
}

/// A credential's id, mostly an OpenClaw profile id such as `openai:backup`.
public struct CredentialID: Identifier {
    public let rawValue: String
    public init(rawValue: String) { self.rawValue = rawValue }
}

/// `scheme://host:port` of a provider's base URL: what breaks together when a network or a host breaks.
public struct EndpointID: Identifier {
    public let rawValue: String
    public init(rawValue: String) { self.rawValue = rawValue }
}

public struct AgentID: Identifier {
    public let rawValue: String
    public init(rawValue: String) { self.rawValue = rawValue }
}

public struct SessionID: Identifier {
    public let rawValue: String
    public init(rawValue: String) { self.rawValue = rawValue }
}

/// A request's id, the same in header, error body, log, store and dashboard: a ULID, 26 characters of Crockford's base 32.
public struct ReceiptID: Identifier {
    public let rawValue: String
    public init(rawValue: String) { self.rawValue = rawValue }

    /// A new id: 48 bits of time, so that ids sort by age, then 80 bits of chance (https://github.com/ulid/spec).
    public static func make(at time: Timestamp, using random: inout some RandomNumberGenerator) -> ReceiptID {
        let milliseconds = UInt64(clamping: time.milliseconds) & 0xFFFF_FFFF_FFFF
        let high = UInt64(random.next(upperBound: UInt32(1) << 16))
        let low: UInt64 = random.next()
        let digits: StaticString = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
        let text = String(unsafeUninitializedCapacity: 26) { buffer in
            for index in 0..<26 {
                // The 128 bits are read five at a time, the first digit holding only three.
                let shift = 5 * (25 - index)
                let bits: UInt64 =
                    if shift >= 64 {
                        ((milliseconds << 16) | high) >> (shift - 64)
                    } else if shift > 59 {
                        (low >> shift) | (((milliseconds << 16) | high) << (64 - shift))
                    } else {
                        low >> shift
                    }
                buffer[index] = digits.utf8Start[Int(bits & 31)]
            }
            return 26
        }
        return ReceiptID(rawValue: text)
    }
}
