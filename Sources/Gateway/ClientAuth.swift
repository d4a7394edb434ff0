// SPDX-License-Identifier: Apache-2.0
import HTTP
import Providers

/// Who may ask: the bearer of the gateway's token, or everybody on this machine.
public struct ClientAuth: Sendable {
    private let token: Secret?

    /// - Parameter token: `nil` asks for none; only for loopback, where `OriginCheck` keeps web pages out.
    public init(token: Secret?) { self.token = token }

    /// Compared in constant time, so that answers do not tell how much of a guess was right.
    func refusal(of head: RequestHead) -> WireError? {
        guard let token else { return nil }
        let matches =
            head.headers.withFirst("authorization") { value in
                Self.isBearer(value) && token.equals(constantTime: value.extracting(droppingFirst: Self.scheme.utf8CodeUnitCount))
            } ?? head.headers.withFirst("x-api-key") { token.equals(constantTime: $0) }
        if matches == true { return nil }
        let isGiven = head.headers.contains("authorization") || head.headers.contains("x-api-key")
        return WireError(
            status: 401,
            message: isGiven
                ? "The token is not this gateway's. `understudy gateway status` says where to find it."
                : "A token is needed: Authorization: Bearer <token>. `understudy gateway status` says where to find it.",
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
