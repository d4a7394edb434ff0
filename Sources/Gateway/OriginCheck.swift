// SPDX-License-Identifier: Apache-2.0
import HTTP
import Providers
import Transport

/// Keeps foreign web pages away from a gateway on somebody's own machine.
///
/// A browser lets any page send requests to loopback. Pages of the dashboard's own origin, and of those that configuration
/// names, may read answers (CORS); others may not. Without a token that is not enough, since a request does its work even if its
/// answer is not read: then `Host` and `Origin` must be ours (DNS rebinding).
public struct OriginCheck: Sendable {
    private let allowed: Set<String>
    private let isStrict: Bool

    /// - Parameters:
    ///   - origins: Besides the gateway's own, such as `https://dash.example`.
    ///   - isStrict: Set when no token is asked for.
    public init(origins: [String], isStrict: Bool) {
        allowed = Set(origins.map { $0.lowercased() })
        self.isStrict = isStrict
    }

    func refusal(of head: RequestHead) -> WireError? {
        guard isStrict else { return nil }
        if let host = head.headers.first("host"), !Self.isLoopback(host) {
            return WireError(
                status: 421,
                message: "This gateway asks for no token, so it answers to loopback names only, not to the host in this request.",
                code: "foreign_host")
        }
        if head.headers.contains("origin"), !isAllowed(head) {
            return WireError(
                status: 403, message: "This gateway asks for no token, so requests of other web pages are refused.", code: "foreign_origin")
        }
        return nil
    }

    /// The answer to a browser that asks before it sends (CORS preflight).
    func preflight(_ head: RequestHead) -> HTTPAnswer {
        guard isAllowed(head) else {
            return ErrorReply.answer(
                WireError(status: 403, message: "Web pages of this origin may not use this gateway.", code: "foreign_origin"))
        }
        // SDKs send headers about themselves, which differ from each to the next. What a page of ours wants to send it may.
        let wanted = head.headers.first("access-control-request-headers").flatMap { $0.utf8.count <= 2048 ? $0 : nil }
        return allow(
            HTTPAnswer(
                status: 204,
                headers: [
                    "access-control-allow-methods": "GET, POST, DELETE, HEAD",
                    "access-control-allow-headers": wanted ?? "authorization, content-type, x-api-key, x-goog-api-key, anthropic-version",
                    "access-control-max-age": "600",
                ]), head)
    }

    /// `answer`, readable by the page that asked if its origin is one of ours.
    func allow(_ answer: HTTPAnswer, _ head: RequestHead) -> HTTPAnswer {
        var answer = answer
        allow(&answer.headers, head)
        return answer
    }

    func allow(_ headers: inout Headers, _ head: RequestHead) {
        guard isAllowed(head), let origin = head.headers.first("origin") else { return }
        headers.append("access-control-allow-origin", origin)
        headers.append("vary", "origin")
        headers.append("access-control-expose-headers", Self.exposed)
    }

    /// What a page of ours may read of an answer's headers.
    private static let exposed =
        "x-understudy-request-id, x-understudy-model, x-understudy-credential, x-understudy-attempts, x-request-id, request-id, "
        + "retry-after, x-should-retry"

    private func isAllowed(_ head: RequestHead) -> Bool {
        guard head.headers.contains("origin"), let origin = head.headers.first("origin") else { return false }
        return allowed.contains(origin.lowercased()) || isOwn(origin.lowercased(), head)
    }

    /// A page of a loopback name at the very port that this request came to: a browser says which in `Host`, and no page can make it lie.
    private func isOwn(_ origin: String, _ head: RequestHead) -> Bool {
        let scheme = "http://"
        guard origin.hasPrefix(scheme), let host = head.headers.first("host") else { return false }
        let page = String(origin.dropFirst(scheme.count))
        return Self.isLoopback(page) && Self.isLoopback(host) && Self.split(page).port == Self.split(host.lowercased()).port
    }

    /// The name, in brackets if it is an IPv6 address, and what stands behind it: the colon and the port, or nothing.
    private static func split(_ host: String) -> (name: Substring, port: Substring) {
        let start = host.hasPrefix("[") ? host.firstIndex(of: "]") ?? host.startIndex : host.startIndex
        let end = host[start...].firstIndex(of: ":") ?? host.endIndex
        return (host[..<end], host[end...])
    }

    private static func isLoopback(_ host: String) -> Bool {
        let name = split(host.lowercased()).name
        if name == "localhost" || name == "[::1]" { return true }
        let parts = name.split(separator: ".", omittingEmptySubsequences: false)
        return parts.count == 4 && parts[0] == "127" && parts.allSatisfy { UInt8($0) != nil }
    }
}
