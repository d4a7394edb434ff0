// SPDX-License-Identifier: Apache-2.0
import Failover

/// Where a provider is: `scheme://host[:port][/path]`, checked once so that nobody parses it again.
public struct BaseURL: Hashable, Sendable, CustomStringConvertible {
    /// `http` or `https`.
    public let scheme: String
    /// Lower-case name or address; an IPv6 address keeps its brackets.
    public let host: String
    /// 1 to 65535; the scheme's own (80, 443) where the text has none.
    public let port: Int
    /// Begins with a slash and does not end with one; empty for the root.
    public let path: String
    /// On this machine or in a private network: a server whose prompts are slow to read and which needs no key.
    public let isLocal: Bool

    /// - Returns: `nil` unless `text` is an `http` or `https` URL of at most 2,048 printable ASCII characters with a host, and
    ///   without user, query or fragment: those would end up in front of the wire's path.
    public init?(_ text: String) {
        guard text.utf8.count <= 2048, text.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F }) else { return nil }
        guard let colon = text.firstIndex(of: ":") else { return nil }
        let scheme = text[..<colon].lowercased()
        let rest = text[text.index(after: colon)...]
        guard scheme == "http" || scheme == "https", rest.hasPrefix("//") else { return nil }
        let afterSlashes = rest.dropFirst(2)
        let slash = afterSlashes.firstIndex(of: "/") ?? afterSlashes.endIndex
        guard let (host, port) = BaseURL.authority(afterSlashes[..<slash]) else { return nil }
        var path = afterSlashes[slash...]
        guard !path.contains(where: { $0 == "?" || $0 == "#" || $0 == "\\" }) else { return nil }
        while path.hasSuffix("/") { path = path.dropLast() }
        self.scheme = scheme
        self.host = host
        self.port = port ?? (scheme == "https" ? 443 : 80)
        self.path = String(path)
        isLocal = PrivateHosts.contain(host)
    }

    /// What all paths of this provider share: `scheme://host:port`, the scope of a block on an endpoint.
    public var endpoint: EndpointID { EndpointID(rawValue: "\(scheme)://\(host):\(port)") }

    /// The URL of `path`, which begins with a slash, such as `/chat/completions`.
    public func appending(_ path: String) -> String { "\(self)\(path)" }

    public var description: String {
        let isDefaultPort = port == (scheme == "https" ? 443 : 80)
        return "\(scheme)://\(host)\(isDefaultPort ? "" : ":\(port)")\(self.path)"
    }

    /// Host and port of `host`, `host:port`, `[v6]` or `[v6]:port`; `nil` if either is not well-formed.
    private static func authority(_ text: Substring) -> (host: String, port: Int?)? {
        var host = text
        var port: Substring?
        if text.hasPrefix("[") {
            guard let bracket = text.firstIndex(of: "]") else { return nil }
            host = text[...bracket]
            let inside = host.dropFirst().dropLast()
            guard inside.contains(":"), inside.allSatisfy({ $0.isHexDigit || $0 == ":" || $0 == "." }) else { return nil }
            let tail = text[text.index(after: bracket)...]
            if !tail.isEmpty {
                guard tail.hasPrefix(":") else { return nil }
                port = tail.dropFirst()
            }
        } else {
            if let colon = text.firstIndex(of: ":") {
                host = text[..<colon]
                port = text[text.index(after: colon)...]
            }
            let isName = host.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber || $0 == "-" || $0 == "." || $0 == "_") }
            guard isName, !host.hasPrefix("."), !host.isEmpty, host.utf8.count <= 253 else { return nil }
        }
        guard let port else { return (host.lowercased(), nil) }
        guard port.utf8.count <= 5, port.allSatisfy(\.isNumber), let number = Int(port), (1...65_535).contains(number) else {
            return nil
        }
        return (host.lowercased(), number)
    }
}
