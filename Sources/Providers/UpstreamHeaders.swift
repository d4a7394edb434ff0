// SPDX-License-Identifier: Apache-2.0
import HTTP

/// Puts together the headers of a request to a provider.
///
/// A list of what goes, never of what does not: client authorization, cookies, hop-by-hop headers and our own can not be
/// forgotten, since nothing is copied that a wire has not named (DESIGN "Who may see what").
enum UpstreamHeaders {
    /// - Parameters:
    ///   - passed: The client's headers that go up, lower-case.
    ///   - accept: What this wire answers with.
    static func make(client: Headers, passed: [String], credential: Secret?, provider: Provider, accept: String) -> Headers {
        var headers = Headers()
        headers.set("content-type", "application/json")
        headers.set("accept", accept)
        // The relay reads every reply; what is compressed would have to be undone first.
        headers.set("accept-encoding", "identity")
        for name in passed {
            if let value = client[name], isFieldValue(value) { headers.set(name, value) }
        }
        switch provider.credentialHeader {
        case .bearer: set("authorization", prefix: "Bearer ", credential, in: &headers)
        case .named(let name, let prefix): set(name, prefix: prefix, credential, in: &headers)
        case .none: break
        }
        for header in provider.headers where !framing.contains(header.name.lowercased()) {
            set(header.name, prefix: "", header.value, in: &headers)
        }
        return headers
    }

    /// What the HTTP client alone decides, or a reply could no longer be told from the next one (RFC 9112 §6).
    private static let framing: Set<String> = [
        "connection", "content-length", "expect", "host", "keep-alive", "proxy-connection", "te", "trailer", "transfer-encoding", "upgrade",
    ]

    private static func set(_ name: String, prefix: String, _ secret: Secret?, in headers: inout Headers) {
        secret?.withExposed { text in
            let value = prefix + text
            if !text.isEmpty, isFieldName(name), isFieldValue(value) { headers.set(name, value) }
        }
    }

    /// RFC 9110 §5.5: visible characters, spaces and tabs. A line break would begin another header.
    private static func isFieldValue(_ value: String) -> Bool {
        value.utf8.allSatisfy { $0 == 0x09 || ($0 >= 0x20 && $0 != 0x7F) }
    }

    /// RFC 9110 §5.6.2.
    private static func isFieldName(_ name: String) -> Bool {
        !name.isEmpty
            && name.utf8.allSatisfy { byte in
                switch byte {
                case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "0")...UInt8(ascii: "9"):
                    true
                default: "!#$%&'*+-.^_`|~".utf8.contains(byte)
                }
            }
    }
}
