// SPDX-License-Identifier: Apache-2.0
import Failover
import JSON
import Providers

/// What `failures classify` says of one error.
struct VerdictReport: Sendable {
    var error: ErrorLine
    var object: ErrorObject
    var failure: Failure
    var consequences: Consequences
    var source: String?

    init(error: ErrorLine, object: ErrorObject, failure: Failure, policy: Policy) {
        self.error = error
        self.object = object
        self.failure = failure
        consequences = Consequences(of: failure, policy: policy)
        source = Rules.source(of: failure.rule)
    }

    func text(_ output: Output) -> String {
        var rows: [(String, String)] = [("rule", failure.rule + (source.map { " (\($0))" } ?? ""))]
        rows.append(("evidence", evidence))
        if let reset = failure.reset {
            rows.append(("come back", "in \(Age.text(reset))" + (failure.retryAfterGiven ? " (Retry-After)" : " (the provider's word)")))
        }
        rows += [
            ("again here?", consequences.again), ("next credential?", consequences.nextCredential), ("next model?", consequences.nextModel),
            ("blocked", consequences.blockedText),
        ]
        if failure.reason == .format || failure.repair != nil {
            rows.append(("repair", failure.repair.map { "the request goes up again \($0.text)" } ?? "none is known"))
        }
        if failure.reason == .unknown {
            rows.append(("known?", "no: the gateway keeps such bodies, redacted; understudy failures lists them"))
        }
        let column = rows.map(\.0.count).max() ?? 0
        let width = max(24, output.textWidth - column - 4)
        var lines = [output.paint(failure.reason.rawValue, .strong) + ": " + failure.reason.meaning]
        for (name, value) in rows {
            let wrapped = TextWidth.wrap(SafeText.line(value), to: width)
            lines.append("  " + TextWidth.pad(name, to: column) + "  " + (wrapped.first ?? ""))
            lines += wrapped.dropFirst().map { String(repeating: " ", count: column + 4) + $0 }
        }
        return lines.joined(separator: "\n")
    }

    /// What was read of it, in words.
    private var evidence: String {
        if let fault = error.transport {
            return "no reply: \(TransportFault.names.first { TransportFault(named: $0) == fault } ?? "other")"
        }
        var parts: [String] = []
        if let status = object.status { parts.append("status \(status)") }
        if let code = object.code { parts.append("code \(code)") }
        if let type = object.type { parts.append("type \(type)") }
        if !object.detailReasons.isEmpty { parts.append("details \(object.detailReasons.joined(separator: ", "))") }
        if object.isHTML { parts.append("a page for people, whose words are not read") }
        if let words = object.message, !object.isHTML { parts.append("\"\(words.prefix(200))\(words.count > 200 ? "…" : "")\"") }
        if object.bodyIsEmpty { parts.append("no body") }
        if object.insideSuccess, !object.bodyIsEmpty { parts.append("inside a reply that claims success") }
        if let member = failure.namesMember { parts.append("names the member \(member)") }
        return parts.isEmpty ? "nothing was said" : parts.joined(separator: ", ")
    }

    var json: JSONValue {
        var document: JSONObject = [:]
        if case .object(let members) = error.verdict(failure).json { document = members }
        document["meaning"] = .string(failure.reason.meaning)
        document["source"] = source.map { .string($0) } ?? .null
        document["status"] = failure.status.map { .number(JSONNumber($0)) } ?? .null
        document["code"] = failure.code.map { .string($0) } ?? .null
        document["message"] = failure.message.map { .string($0) } ?? .null
        document["member"] = failure.namesMember.map { .string($0) } ?? .null
        document["again"] = .string(consequences.again)
        document["nextCredential"] = .string(consequences.nextCredential)
        document["nextModel"] = .string(consequences.nextModel)
        document["repair"] = failure.repair.map { .string($0.code) } ?? .null
        if let blocked = consequences.blocked {
            document["blocks"] = [
                "scope": .string(blocked.scope.rawValue),
                "seconds": .array(blocked.windows.map { .number(JSONNumber(Int($0.components.seconds))) }),
                "setBy": .string(blocked.setBy.rawValue), "widensTo": blocked.widens.map { .string($0.rawValue) } ?? .null,
                "text": .string(consequences.blockedText),
            ]
        } else {
            document["blocks"] = .null
        }
        return .object(document)
    }
}
