// SPDX-License-Identifier: Apache-2.0
import Failover
import HTTP
import JSON
import Providers
import Relay
import Store
import Transport

/// An error in the shape that the client's wire expects.
enum ErrorReply {
    /// - Parameters:
    ///   - wire: The client's; operators' requests are answered as on Chat Completions.
    ///   - allow: The methods that the path takes, where another one came.
    static func answer(
        _ error: WireError, on wire: WireKind = .openaiCompletions, allow: String? = nil, headers: Headers = [:]
    ) -> HTTPAnswer {
        var headers = headers
        headers.append("content-type", "application/json")
        if error.status == 401 { headers.append("www-authenticate", "Bearer") }
        if let allow { headers.append("allow", allow) }
        if error.status == 503 && !headers.contains("retry-after") { headers.append("retry-after", "1") }
        return HTTPAnswer(status: error.status, headers: headers, body: wire.wire.errorBody(error))
    }

    /// A request that nobody answered.
    static func answer(_ refusal: Refusal, receipt: Receipt, wire: any Wire, headers: Headers) -> HTTPAnswer {
        var headers = headers
        headers.append("content-type", "application/json")
        if let wait = refusal.retryAfter {
            headers.append("retry-after", String(max(1, (wait.milliseconds + 999) / 1000)))
        }
        if let shouldRetry = refusal.shouldRetry { headers.append("x-should-retry", shouldRetry ? "true" : "false") }
        return HTTPAnswer(status: refusal.status, headers: headers, body: wire.errorBody(error(refusal, receipt, on: wire.kind)))
    }

    private static func error(_ refusal: Refusal, _ receipt: Receipt, on wire: WireKind) -> WireError {
        // Its type is in OpenAI's words; other APIs have one of their own for each status.
        let isOpenAI = wire == .openaiCompletions || wire == .openaiResponses
        return WireError(
            status: refusal.status, message: refusal.message, type: isOpenAI ? refusal.type : nil, code: refusal.code, param: refusal.param,
            receipt: JSONWriter.compact(ReceiptJSON.whole(receipt)))
    }

    /// The event for a request that nobody answered, whose client has the head of a stream already.
    static func event(_ refusal: Refusal, receipt: Receipt, wire: any Wire) -> [UInt8] {
        wire.errorEvent(error(refusal, receipt, on: wire.kind), after: StreamPosition())
    }

    /// The event for the client's own mistake, whose client has the head of a stream already.
    ///
    /// - Parameter body: The upstream's words, in the client's wire.
    static func event(_ status: Int, _ body: [UInt8], by served: Served, receipt: Receipt, wire: any Wire) -> [UInt8] {
        let context = ErrorContext(provider: served.model.provider, model: served.model.model)
        let said = wire.readError(status: status, headers: [:], body: body, context: context, nowMilliseconds: 0)
        return wire.errorEvent(
            WireError(
                status: status, message: said.message ?? "The provider refused the request with status \(status).", type: said.type,
                code: said.code, param: said.namesMember, receipt: JSONWriter.compact(ReceiptJSON.short(receipt))),
            after: StreamPosition())
    }

    /// The event that ends a stream which could not be finished.
    static func event(
        _ failure: Failure, served: ModelRef, after position: StreamPosition, receipt: Receipt, wire: any Wire
    ) -> [UInt8] {
        if let cause = StopCause(rule: failure.rule) {
            let error = WireError(
                status: cause.status, message: "\(cause.message) Receipt \(receipt.facts.id).", code: cause.code,
                receipt: JSONWriter.compact(ReceiptJSON.short(receipt)))
            return wire.errorEvent(error, after: position)
        }
        return wire.errorEvent(
            WireError(
                status: 502,
                message:
                    "The reply of \(served) broke off (\(failure.reason.rawValue), rule \(failure.rule)). Receipt \(receipt.facts.id): understudy explain \(receipt.facts.id)",
                code: "stream_interrupted", receipt: JSONWriter.compact(ReceiptJSON.short(receipt))), after: position)
    }
}
