// SPDX-License-Identifier: Apache-2.0
import HTTP

/// The headers of a request to a provider of this wire (docs/wire/anthropic-messages.md, "Headers").
enum MessagesHeaders {
    /// The client's headers that go up: the name of its program and what switches features on. Nothing that names a person, an account
    /// or a machine.
    static let passed: [StaticString] = ["user-agent", "anthropic-beta", "anthropic-version", "x-app"]

    static func make(client: Headers, credential: Secret?, provider: Provider, streaming: Bool) -> Headers {
        let isToken = credential?.withExposed { isAccessToken($0) } == true
        var headers = UpstreamHeaders.make(
            client: client, passed: passed, credential: credential, in: isToken ? .bearer : .named("x-api-key", prefix: ""),
            provider: provider, streaming: streaming)
        if headers["anthropic-version"] == nil { headers.append("anthropic-version", version) }
        if isToken { add(tokenFeature, toListed: "anthropic-beta", in: &headers) }
        return headers
    }

    /// The only version that there is since 2023 (https://platform.claude.com/docs/en/api/versioning).
    private static let version = "2023-06-01"

    /// What `claude setup-token` and a subscription's sign-in hand out; API keys begin with `sk-ant-api`.
    static func isAccessToken(_ secret: String) -> Bool { secret.hasPrefix("sk-ant-oat") }

    /// Without it a token is not taken.
    private static let tokenFeature = "oauth-2025-04-20"

    /// One more in a header that is a list, unless it is there.
    private static func add(_ value: String, toListed name: String, in headers: inout Headers) {
        guard let listed = headers[name], !listed.isEmpty else {
            headers.set(name, value)
            return
        }
        let isThere = listed.split(separator: ",").contains { $0.drop { $0 == " " } == value[...] }
        if !isThere { headers.set(name, "\(listed),\(value)") }
    }
}
