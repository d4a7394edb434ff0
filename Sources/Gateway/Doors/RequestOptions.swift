// SPDX-License-Identifier: Apache-2.0
import Configuration
import Failover
import HTTP
import Providers
import Relay
import Transport

/// What a client asks of the gateway itself: `x-understudy-*` headers, and the session that its other headers or its body name.
struct RequestOptions {
    var overrides = RelayRequest.Overrides()
    var session: SessionID?

    /// Bytes of a session id that are kept; what is longer is cut, which keeps it bounded and still tells sessions apart.
    private static let sessionLimit = 256
    private static let fallbackLimit = 32

    /// - Parameter limit: Of a whole request, by the settings.
    /// - Throws: 400 for a header of ours that makes no sense.
    init(_ headers: Headers, _ shape: RequestShape, limit: Duration) throws(WireError) {
        if let list = headers.first("x-understudy-fallbacks") {
            let names = list.split(separator: ",").map { $0.trimmingSpaces }.filter { !$0.isEmpty }
            guard names.count <= Self.fallbackLimit else {
                throw Self.problem("x-understudy-fallbacks", "at most \(Self.fallbackLimit) models")
            }
            overrides.fallbacks = names
            overrides.fallbacksOrigin = "x-understudy-fallbacks"
        } else if let models = shape.fallbacks {
            overrides.fallbacks = models
        }
        if let flag = headers.first("x-understudy-no-fallback") {
            switch flag.lowercased() {
            case "1", "true", "yes": overrides.noFallback = true
            case "0", "false", "no", "": break
            default: throw Self.problem("x-understudy-no-fallback", "true or false")
            }
        }
        if let text = headers.first("x-understudy-timeout-ms") {
            guard let milliseconds = Int(text), (1...3_600_000).contains(milliseconds) else {
                throw Self.problem("x-understudy-timeout-ms", "a whole number from 1 to 3600000")
            }
            overrides.timeout = .milliseconds(milliseconds)
        } else if let seconds = headers.first("x-server-timeout").flatMap({ Double($0) }), seconds > 0, seconds < limit.seconds {
            // Google's SDKs tell when they stop waiting: what is left of a chain by then helps nobody.
            overrides.timeout = .milliseconds(Int64(seconds * 1000))
            overrides.timeoutOrigin = "x-server-timeout"
        }
        readSilence(headers, shape, limit: overrides.timeout ?? limit)
        if let text = headers.first("x-understudy-keep-alive") { overrides.keepAlive = try Self.keepAlive(text) }
        if let text = headers.first("x-understudy-mid-stream") {
            guard let choice = FailoverSettings.MidStream(rawValue: text.lowercased()) else {
                throw Self.problem("x-understudy-mid-stream", "resume or error")
            }
            overrides.midStream = choice
        }
        session = Self.session(headers, shape)
    }

    /// - Returns: `nil`: as configured.
    private static func keepAlive(_ text: String) throws(WireError) -> Duration? {
        switch text.lowercased() {
        case "off": return .zero
        case "on", "": return nil
        default:
            guard let seconds = Double(text), (0...3600).contains(seconds) else {
                throw problem("x-understudy-keep-alive", "on, off or a number of seconds up to 3600")
            }
            return .milliseconds(Int64((seconds * 1000).rounded(.up)))
        }
    }

    /// How long SDKs of Stainless's making wait in silence before they leave: OpenAI's and Anthropic's for Python between any two bytes
    /// (`x-stainless-read-timeout`, openai 3.54.0 and anthropic 2.12.0, `_base_client.py`), those for TypeScript until the reply's head
    /// (`x-stainless-timeout`, whole seconds). An answer that comes later is asked for again, so it has to leave a little before.
    private mutating func readSilence(_ headers: Headers, _ shape: RequestShape, limit: Duration) {
        for (name, text) in [
            ("x-stainless-read-timeout", headers.first("x-stainless-read-timeout")),
            ("x-stainless-timeout", headers.first("x-stainless-timeout")),
        ] {
            guard let seconds = text.flatMap({ Double($0) }), seconds > 0, seconds < min(limit, overrides.silence ?? limit).seconds else {
                continue
            }
            overrides.silence = .milliseconds(Int64((seconds - min(seconds / 20, 0.5)) * 1000))
            overrides.silenceOrigin = name
        }
    }

    /// An explicit header, else the ids that agents send already, the surest first (docs/api.md). An empty one names nothing.
    private static func session(_ headers: Headers, _ shape: RequestShape) -> SessionID? {
        func header(_ name: StaticString) -> String? { headers.first(name).flatMap { $0.isEmpty ? nil : $0 } }
        let found =
            header("x-understudy-session") ?? header("x-claude-code-session-id") ?? header("session_id") ?? shape.sessionHint
            ?? header("x-session-id") ?? header("x-openclaw-session-key") ?? shape.userHint
        guard let found else { return nil }
        return SessionID(rawValue: String(decoding: found.utf8.prefix(sessionLimit), as: UTF8.self))
    }

    private static func problem(_ header: String, _ expected: String) -> WireError {
        WireError(status: 400, message: "\(header) takes \(expected).", code: "invalid_header", param: header)
    }
}

extension Substring {
    fileprivate var trimmingSpaces: String {
        var text = self
        while text.first == " " || text.first == "\t" { text.removeFirst() }
        while text.last == " " || text.last == "\t" { text.removeLast() }
        return String(text)
    }
}

extension Duration {
    fileprivate var seconds: Double { Double(components.seconds) + Double(components.attoseconds) * 1e-18 }
}
