// SPDX-License-Identifier: Apache-2.0

extension Explanation {
    /// What the upstream said, or did not, such as `402, no body` or `429 "Requests per minute limit exceeded"`.
    public static func happened(_ attempt: Attempt) -> String {
        guard let failure = attempt.failure else {
            let thought = attempt.usage?.reasoningTokens.flatMap { $0 > 0 ? " (\($0) of them thinking)" : nil } ?? ""
            let tokens = attempt.usage?.outputTokens.map { ", \($0) tokens\(thought)" } ?? ""
            return "\(attempt.status.map(String.init) ?? "answered")\(tokens)"
        }
        if attempt.isHedged { return "given up, since another spoke first" }
        if let limit = failure.limit { return ranOut(limit) }
        if let fault = failure.fault { return broke(fault) }
        let words = Words.line(failure.message ?? "", limit: 72)
        guard let status = failure.status ?? attempt.status else {
            return words.isEmpty ? failure.code ?? "no words" : words
        }
        if !words.isEmpty { return "\(status) \"\(words)\"" }
        if status < 400, failure.code == nil { return "\(status), not to its end" }
        return failure.code.map { "\(status) \(Words.line($0, limit: 40))" } ?? "\(status), no body"
    }

    static func isLogin(_ attempt: Attempt) -> Bool { attempt.failure.map { isLogin($0, attempt.kind) } ?? false }

    static func isLogin(_ failure: Failure, _ kind: CredentialKind?) -> Bool {
        kind == .oauth || failure.rule.hasPrefix("oauth.")
    }

    private static func ranOut(_ limit: TimeLimit) -> String {
        let time = Words.duration(.milliseconds(Int64(min(max(limit.seconds, 0), 1e9) * 1000 + 0.5)))
        let what =
            switch limit.phase {
            case "connect": "no connection in \(time)"
            case "idle": "silent for \(time)"
            case "plain": "no reply in \(time)"
            case "request": "the request's \(time) were over"
            default: "no first token in \(time)"
            }
        return "\(what) (set by \(limit.setBy))"
    }

    private static func broke(_ fault: TransportFault) -> String {
        func with(_ what: String, _ why: String) -> String { why.isEmpty ? what : "\(what): \(Words.line(why, limit: 60))" }
        return switch fault {
        case .dns: "its host name has no address"
        case .refused: "connection refused"
        case .unreachable: "no route to its host"
        case .tls(let why): with("TLS failed", why)
        case .connectTimeout: "no connection in time"
        case .firstTokenTimeout: "no first token in time"
        case .idleTimeout: "fell silent"
        case .plainTimeout: "no reply in time"
        case .requestDeadline: "the request's time was over"
        case .reset: "connection reset"
        case .closedEarly: "the reply broke off"
        case .resetEarly: "the connection was reset in the middle of the reply"
        case .shortBody: "the reply was shorter than it said"
        case .malformed(let why): with("malformed reply", why)
        case .emptyReply: "empty reply"
        case .tooLarge: "the reply was too large"
        case .other(let why): with("no reply", why)
        }
    }
}
