// SPDX-License-Identifier: Apache-2.0

/// Tells hosts on this machine or in a private network from public ones, by name alone: nothing is resolved.
enum PrivateHosts {
    /// - Parameter host: Lower-case, an IPv6 address in brackets.
    /// - Returns: `true` for loopback, link-local and private addresses (RFC 1918, 3927, 4193, 4291, 6598), for names under
    ///   `localhost` (RFC 6761), `local` (RFC 6762), `internal` and `home.arpa`, and for names without a dot.
    static func contain(_ host: String) -> Bool {
        if host.hasPrefix("[") { return isPrivateV6(host.dropFirst().dropLast()) }
        if let address = v4(Substring(host)) { return isPrivateV4(address) }
        if !host.contains(".") { return true }
        let labels = host.split(separator: ".")
        guard let last = labels.last else { return false }
        return ["localhost", "local", "internal", "lan"].contains(last) || (last == "arpa" && labels.dropLast().last == "home")
    }

    /// The four numbers of a dotted address; `nil` if `text` is anything else, such as `10.example.com`.
    private static func v4(_ text: Substring) -> (Int, Int, Int, Int)? {
        let parts = text.split(separator: ".", omittingEmptySubsequences: false)
        guard parts.count == 4 else { return nil }
        let numbers = parts.compactMap { part in
            part.utf8.count <= 3 && part.utf8.allSatisfy { (0x30...0x39).contains($0) } ? Int(part) : nil
        }
        guard numbers.count == 4, numbers.allSatisfy({ $0 <= 255 }) else { return nil }
        return (numbers[0], numbers[1], numbers[2], numbers[3])
    }

    private static func isPrivateV4(_ address: (Int, Int, Int, Int)) -> Bool {
        switch address {
        case (127, _, _, _), (10, _, _, _), (192, 168, _, _), (169, 254, _, _), (0, 0, 0, 0): true
        case (172, 16...31, _, _), (100, 64...127, _, _): true
        default: false
        }
    }

    /// Loopback, unspecified, unique local `fc00::/7`, link-local `fe80::/10`, and private IPv4 addresses in either mapping.
    private static func isPrivateV6(_ text: Substring) -> Bool {
        if text == "::1" || text == "::" { return true }
        if let colon = text.lastIndex(of: ":"), text.hasPrefix("::"), let address = v4(text[text.index(after: colon)...]) {
            return isPrivateV4(address)
        }
        guard let first = text.split(separator: ":", omittingEmptySubsequences: false).first, let group = UInt16(first, radix: 16) else {
            return false
        }
        return group & 0xFE00 == 0xFC00 || group & 0xFFC0 == 0xFE80
    }
}
