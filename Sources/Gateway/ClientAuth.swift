// SPDX-License-Identifier: Apache-2.0
import HTTP
import Providers

/// Who may ask: the bearer of the gateway's token, or everybody on this machine.
public struct ClientAuth: Sendable {
    private let token: Secret?

    /// - Parameter token: `nil` asks for none; only for loopback, where `OriginCheck` keeps web pages out.
    public init(token: Secret?) { self.token = token }

    /// A key may stand where any of the wires' SDKs puts it: `authorization: Bearer`, `x-api-key`, `x-goog-api-key`, and for clients of
    /// the Gemini API in the query, `?key=`. Compared in constant time, so that answers do not tell how much of a guess was right.
    ///
    /// - Parameter wire: How the client speaks.
    func refusal(of head: RequestHead, on wire: WireKind) -> WireError? {
        guard let token else { return nil }
        let headers = head.headers
        var isGiven = false
        var matches = false
        func note(_ isRight: Bool?) {
            guard let isRight else { return }
            isGiven = true
            matches = matches || isRight
        }
        note(
            headers.withFirst("authorization") { value in
                Self.isBearer(value) && token.equals(constantTime: value.extracting(droppingFirst: Self.scheme.utf8CodeUnitCount))
            })
        note(headers.withFirst("x-api-key") { token.equals(constantTime: $0) })
        note(headers.withFirst("x-goog-api-key") { token.equals(constantTime: $0) })
        if wire == .googleGenerativeAI, let key = PercentEncoding.value(of: "key", in: head.query) {
            note(token.equals(constantTime: key.utf8Span.span.bytes))
        }
        if matches { return nil }
        let way =
            switch wire {
            case .googleGenerativeAI: "x-goog-api-key: <token>"
            case .anthropicMessages: "x-api-key: <token>"
            case .openaiCompletions, .openaiResponses, .openaiCodexResponses, .googleGeminiCLI: "Authorization: Bearer <token>"
            }
        return WireError(
            status: 401,
            message: isGiven
                ? "The token is not this gateway's. `understudy gateway status` says where to find it."
                : "A token is needed: \(way). `understudy gateway status` says where to find it.",
            code: "invalid_api_key")
    }

    private static let scheme: StaticString = "bearer "

    /// Whether a value begins with `Bearer ` (RFC 6750 §2.1; the scheme's case does not matter).
    private static func isBearer(_ value: RawSpan) -> Bool {
        guard value.byteCount > scheme.utf8CodeUnitCount else { return false }
        for index in 0..<scheme.utf8CodeUnitCount {
            let byte = value.unsafeLoad(fromByteOffset: index, as: UInt8.self)
            let lower = byte >= 65 && byte <= 90 ? byte | 0x20 : byte
            guard lower == scheme.utf8Start[index] else { return false }
        }
        return true
    }
}
