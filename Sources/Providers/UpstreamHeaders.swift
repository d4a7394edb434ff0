// SPDX-License-Identifier: Apache-2.0
import HTTP

/// Puts together the headers of a request to a provider.
///
/// A list of what goes, never of what does not: client authorization, cookies, hop-by-hop headers and our own can not be
/// forgotten, since nothing is copied that a wire has not named (docs/threat-model.md).
enum UpstreamHeaders {
    /// - Parameters:
    ///   - passed: The client's headers that go up, lower-case; none of them is among our own.
    ///   - wireHeader: Where the wire has its credential, unless the provider is configured otherwise.
    ///   - streaming: Whether an event stream is asked for.
    static func make(
        client: Headers, passed: [StaticString], credential: Secret?, in wireHeader: CredentialHeader = .bearer, provider: Provider,
        streaming: Bool
    ) -> Headers {
        var headers = Headers(roomFor: 256, fields: 6)
        headers.append(streaming ? ownForStream : own)
        for name in passed {
            if let value = client.first(name) { headers.append(name.description, value) }
        }
        switch provider.credentialHeader ?? wireHeader {
        case .bearer: put("authorization", prefix: "Bearer ", credential, in: &headers)
        case .named(let name, let prefix): put(name, prefix: prefix, credential, in: &headers)
        case .nowhere: break
        }
        for header in provider.headers where !framing.contains(header.name.lowercased()) {
            put(header.name, prefix: "", header.value, in: &headers)
        }
        return headers
    }

    /// Ours, the same for every request. The relay reads every reply; what is compressed would have to be undone first.
    private static let own: Headers = [
        "content-type": "application/json", "accept": "application/json", "accept-encoding": "identity",
    ]
    private static let ownForStream: Headers = [
        "content-type": "application/json", "accept": "text/event-stream", "accept-encoding": "identity",
    ]

    /// What the HTTP client alone decides, or a reply could no longer be told from the next one (RFC 9112 §6).
    private static let framing: Set<String> = [
        "connection", "content-length", "expect", "host", "keep-alive", "proxy-connection", "te", "trailer", "transfer-encoding", "upgrade",
    ]

    private static func put(_ name: String, prefix: String, _ secret: Secret?, in headers: inout Headers) {
        secret?.withExposed { text in
            if !text.isEmpty { put(name, prefix.isEmpty ? text : prefix + text, in: &headers) }
        }
    }

    /// Makes `value` the only one of this name. What is no header field is left out, and what was there before stays: `Headers`
    /// refuses names and values that could begin a field of their own (RFC 9110 §5.5, §5.6.2).
    private static func put(_ name: String, _ value: String, in headers: inout Headers) {
        if headers[name] == nil {
            headers.append(name, value)
        } else if Headers().accepts(name, value) {
            headers.set(name, value)
        }
    }
}

extension Headers {
    /// Whether `append` would take this field.
    fileprivate func accepts(_ name: String, _ value: String) -> Bool {
        var copy = self
        return copy.append(name, value)
    }
}
