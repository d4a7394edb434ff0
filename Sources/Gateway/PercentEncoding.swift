// SPDX-License-Identifier: Apache-2.0

/// Percent-encoding (RFC 3986 §2.1) of path segments and query values.
enum PercentEncoding {
    /// - Returns: `nil` for a broken escape or bytes that are not UTF-8.
    static func decode(_ text: String, plusIsSpace: Bool = false) -> String? {
        var bytes: [UInt8] = []
        var rest = text.utf8[...]
        while let byte = rest.popFirst() {
            switch byte {
            case UInt8(ascii: "%"):
                guard let high = rest.popFirst().flatMap(digit), let low = rest.popFirst().flatMap(digit) else { return nil }
                bytes.append(high << 4 | low)
            case UInt8(ascii: "+") where plusIsSpace: bytes.append(UInt8(ascii: " "))
            default: bytes.append(byte)
            }
        }
        return String(validating: bytes, as: UTF8.self)
    }

    /// The value of `name` in a query such as `limit=5&model=a%2Fb`; the first, if it stands there twice.
    static func value(of name: String, in query: String?) -> String? {
        guard let query else { return nil }
        for pair in query.split(separator: "&") {
            let parts = pair.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            if decode(String(parts[0]), plusIsSpace: true) == name {
                return parts.count == 2 ? decode(String(parts[1]), plusIsSpace: true) : ""
            }
        }
        return nil
    }

    /// All values of `name`, in the order of the query. `nil` if one of them cannot be decoded.
    static func values(of name: String, in query: String?) -> [String]? {
        var values: [String] = []
        for pair in query?.split(separator: "&") ?? [] {
            let parts = pair.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            guard parts.count == 2, decode(String(parts[0]), plusIsSpace: true) == name else { continue }
            guard let value = decode(String(parts[1]), plusIsSpace: true) else { return nil }
            values.append(value)
        }
        return values
    }

    /// The names in a query, in its order. Empty without one; `nil` if one of them cannot be decoded.
    static func names(in query: String?) -> [String]? {
        var names: [String] = []
        for pair in query?.split(separator: "&") ?? [] {
            guard let name = decode(String(pair.prefix { $0 != "=" }), plusIsSpace: true) else { return nil }
            names.append(name)
        }
        return names
    }

    /// A query without some of its members, each other as it was written. `nil` if nothing is left.
    ///
    /// - Parameter isOurs: Of a member's decoded name. A name that cannot be decoded stays out too.
    static func query(_ query: String?, without isOurs: (String) -> Bool) -> String? {
        let kept = (query ?? "").split(separator: "&").filter { pair in
            decode(String(pair.prefix { $0 != "=" }), plusIsSpace: true).map { !isOurs($0) } ?? false
        }
        return kept.isEmpty ? nil : kept.joined(separator: "&")
    }

    private static func digit(_ byte: UInt8) -> UInt8? {
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"): byte - UInt8(ascii: "0")
        case UInt8(ascii: "a")...UInt8(ascii: "f"): byte - UInt8(ascii: "a") + 10
        case UInt8(ascii: "A")...UInt8(ascii: "F"): byte - UInt8(ascii: "A") + 10
        default: nil
        }
    }
}
