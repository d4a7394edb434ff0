// SPDX-License-Identifier: Apache-2.0
import Failover
import HTTP
import JSON

/// An error as somebody wrote it down: from flags, or as one line of JSON. What `understudy failures classify` reads.
///
///     let line = try ErrorLine(parsing: bytes)
///     let failure = Classifier.classify(line.object(nowMilliseconds: now))
///     let text = line.verdict(failure).json
///
/// A line is `{"id","provider","status","code","type","message","body","param","model","headers","wire","transport"}`. Each may be
/// missing or `null`, and others are ignored. `body` is the reply's, verbatim, as text (or as JSON, which is then written out); where there is
/// none it is made of `code`, `type` and `message`, and `message` alone is a body of plain text, as programs print errors.
public struct ErrorLine: Hashable, Sendable {
    public var id: String?
    /// `nil`: any.
    public var provider: ProviderID?
    public var model: String?
    /// Of the reply; `nil` where it is not known. A success status means that the error came inside a good reply.
    public var status: Int?
    public var code: String?
    public var type: String?
    public var message: String?
    public var body: String?
    public var param: String?
    /// By name, such as `retry-after`.
    public var headers: [String: String] = [:]
    public var wire: String = WireKind.openaiCompletions.rawValue
    /// What kept a reply from coming.
    public var transport: TransportFault?

    /// Bytes of a line at most.
    public static let limit = 1 << 20
    /// Wires of which an error can be described; reading one is the same for all.
    public static let wires = ["openai-completions", "openai-responses", "anthropic-messages", "google-generative-ai"]

    public init() {}

    /// The error as the wire would describe it, by the same reader that judges real replies.
    ///
    /// - Parameter nowMilliseconds: Since 1970, to read dates against.
    public func object(nowMilliseconds: Int64) -> ErrorObject {
        let context = ErrorContext(provider: provider ?? "any", model: model ?? "any")
        let reader = ErrorReader(wire: .openaiCompletions, context: context, nowMilliseconds: nowMilliseconds)
        var object = described(by: reader)
        object.wire = wire
        guard !object.isHTML, transport == nil else { return object }
        // What the body does not tell by itself, whoever wrote the line had it from somewhere.
        object.code = object.code ?? code.map { ErrorReader.cut($0, to: 256) }
        object.type = object.type ?? type.map { ErrorReader.cut($0, to: 256) }
        object.message = object.message ?? message.map { ErrorReader.cut($0, to: ErrorReader.messageLimit) }
        object.namesMember = object.namesMember ?? param.map { ErrorReader.cut($0, to: 256) }
        return object
    }

    /// What `failure` means, beside this line's id.
    public func verdict(_ failure: Failure) -> Verdict { Verdict(id: id, failure) }

    private func described(by reader: ErrorReader) -> ErrorObject {
        if let transport { return reader.fault(transport) }
        var fields = Headers()
        for (name, value) in headers.sorted(by: { $0.key < $1.key }) { fields.append(name, value) }
        let body = bytes
        let failed = status.flatMap { (200..<300).contains($0) ? nil : $0 }
        if let failed { return reader.read(status: failed, headers: fields, body: body) }
        var object =
            ErrorReader.isHTML(headers: fields, body: body)
            ? reader.htmlPage(status: nil, headers: fields) : reader.insideSuccess(body: body, headers: fields)
        object.insideSuccess = status != nil
        return object
    }

    /// The body, or one made of what there is instead.
    private var bytes: [UInt8] {
        if let body { return Array(body.utf8) }
        guard code != nil || type != nil else { return Array((message ?? "").utf8) }
        var error = JSONObject()
        error["message"] = message.map { .string($0) }
        error["type"] = type.map { .string($0) }
        error["code"] = code.map { .string($0) }
        return JSONWriter.compact(.object(["error": .object(error)]))
    }
}

/// What the classifier made of an error, as one line of JSON tells it.
public struct Verdict: Hashable, Sendable {
    public var id: String?
    public var reason: Reason
    /// `nil`: nothing is blocked.
    public var scope: Scope?
    public var rule: String
    /// In the provider's own word, before the ledger caps it; `nil`: it did not say.
    public var retryAfter: Duration?

    public init(id: String?, _ failure: Failure) {
        self.id = id
        reason = failure.reason
        scope = failure.scope
        rule = failure.rule
        retryAfter = failure.reset
    }

    /// `{"id","reason","scope","rule","retryAfterSeconds"}`, `null` for what is not there.
    public var json: JSONValue {
        [
            "id": id.map { .string($0) } ?? nil,
            "reason": .string(reason.rawValue),
            "scope": scope.map { .string($0.rawValue) } ?? nil,
            "rule": .string(rule),
            "retryAfterSeconds": retryAfter.map(Verdict.seconds) ?? nil,
        ]
    }

    private static func seconds(_ duration: Duration) -> JSONValue {
        let (seconds, attoseconds) = duration.components
        if attoseconds == 0 { return .number(JSONNumber(Int(seconds))) }
        return .number(JSONNumber(Double(seconds) + Double(attoseconds) / 1e18))
    }
}
