// SPDX-License-Identifier: Apache-2.0
import Configuration
import Failover
import JSON
import Providers

/// `understudy failures classify`: what the gateway would make of an error, and what it would do.
enum ClassifyCommand {
    static let provider = Flag(
        "provider", .text(placeholder: "id"), "Who said it; some rules are one provider's own", example: "openrouter")
    static let model = Flag("model", .text(placeholder: "model"), "Which model was asked", example: "openai/gpt-5")
    static let status = Flag("status", .number(placeholder: "status", range: 100...999), "The reply's HTTP status", example: "402")
    static let code = Flag("code", .text(placeholder: "code"), "The error's code", example: "insufficient_quota")
    static let type = Flag("type", .text(placeholder: "type"), "The error's type", example: "rate_limit_error")
    static let message = Flag("message", .text(placeholder: "text"), "The error's words", example: "Rate limit exceeded")
    static let body = Flag("body", .text(placeholder: "text"), "The reply's whole body, instead of code, type and message")
    static let header = Flag(
        "header", .texts(placeholder: "name: value"), "A header of the reply; may be given again", example: "retry-after: 20")
    static let wire = Flag("wire", .choice(ErrorLine.wires), "Which protocol it came by, if not openai-completions")
    static let transport = Flag(
        "transport", .text(placeholder: "fault"),
        "What kept a reply from coming: dns, refused, reset, tls, timeout …; a word it does not know brings the whole list",
        example: "first_token_timeout")
    static let lines = Flag("jsonl", .toggle, "Read an error from each line, as JSON, and print a verdict for each")

    /// What describes one error.
    static let descriptions = [provider, model, status, code, type, message, body, header, wire, transport]

    static func run(_ context: CommandContext) async throws(CommandFailure) -> ExitStatus {
        let path = context.invocation.words.first
        if context.invocation.isOn(lines) {
            if let other = descriptions.first(where: { context.invocation.flags[$0.name] != nil }) {
                throw CommandFailure(
                    .usage, "failures classify: with --jsonl each line says it for itself, so --\(other.name) has no place.",
                    hints: ["see: understudy failures classify --help"])
            }
            return try ClassifyLines.run(context, path: path)
        }
        let now = HostFacts.nowMilliseconds()
        var error = try described(context.invocation)
        let object: ErrorObject?
        if path != nil || !isDescribed(context.invocation) || isCompletedByInput(context.invocation) {
            (error, object) = try read(path, into: error, nowMilliseconds: now)
        } else {
            object = error.object(nowMilliseconds: now)
        }
        guard let object else {
            if context.output.wantsJSON {
                context.output.json(["id": nil, "reason": nil, "scope": nil, "rule": nil, "retryAfterSeconds": nil])
            } else {
                context.output.text("No failure: this is a whole reply. What a model says is never judged.")
            }
            return .fine
        }
        let failure = Classifier.classify(object)
        let report = VerdictReport(error: error, object: object, failure: failure, policy: policy(for: error, context))
        context.output.wantsJSON ? context.output.json(report.json) : context.output.text(report.text(context.output))
        return .fine
    }

    // MARK: The error

    /// Flags that say by themselves what was said.
    private static func isDescribed(_ invocation: Invocation) -> Bool {
        [code, type, message, body, transport].contains { invocation.text($0) != nil } || invocation.number(status) != nil
    }

    /// A status alone may be all there was, or the body comes from standard input.
    private static func isCompletedByInput(_ invocation: Invocation) -> Bool {
        let isStatusAlone = ![code, type, message, body, transport].contains { invocation.text($0) != nil }
        return isStatusAlone && !InputSource.isTerminal && InputSource.isHandedOver(within: 1000)
    }

    private static func described(_ invocation: Invocation) throws(CommandFailure) -> ErrorLine {
        var error = ErrorLine()
        if let text = invocation.text(model) {
            // A model ref says who said it as well.
            let ref = ModelRef(text)
            error.model = ref?.model ?? text
            if invocation.text(provider) == nil { error.provider = ref?.provider }
        }
        if let text = invocation.text(provider) { error.provider = ProviderID(rawValue: text.lowercased()) }
        error.status = invocation.number(status)
        (error.code, error.type) = (invocation.text(code), invocation.text(type))
        (error.message, error.body) = (invocation.text(message), invocation.text(body))
        if let wire = invocation.text(wire) { error.wire = wire }
        for text in invocation.texts(header) {
            guard let (name, value) = WrittenReply.field(text) else {
                throw CommandFailure(
                    .usage,
                    "failures classify: --header takes a header such as \"retry-after: 20\", and \"\(SafeText.line(text))\" is none.",
                    hints: ["see: understudy failures classify --help"])
            }
            error.headers[name] = value
        }
        if let name = invocation.text(transport) {
            guard let fault = TransportFault(named: name) else {
                let nearest = NearestWord.of(name, in: TransportFault.names).map { " Did you mean \($0)?" } ?? ""
                throw CommandFailure(
                    .usage, "failures classify: --transport does not know \"\(SafeText.line(name))\".\(nearest)",
                    hints: ["one of: \(TransportFault.names.joined(separator: ", "))"])
            }
            error.transport = fault
        }
        if error.body != nil, error.code != nil || error.type != nil || error.message != nil {
            throw CommandFailure(
                .usage,
                "failures classify: --body is the whole reply; --code, --type and --message say the same in parts. Give one or the other.",
                hints: ["see: understudy failures classify --help"])
        }
        return error
    }

    /// - Returns: No object where it is a whole reply and no failure.
    private static func read(
        _ path: String?, into error: ErrorLine, nowMilliseconds: Int64
    ) throws(CommandFailure) -> (ErrorLine, ErrorObject?) {
        if path == nil, InputSource.isTerminal {
            throw CommandFailure(
                .usage, "failures classify: nothing says what happened.",
                hints: [
                    "describe it: understudy failures classify --status 402 --provider openrouter",
                    "or hand it over: curl -si … | understudy failures classify --provider openrouter",
                ])
        }
        var source = try InputSource(path: path)
        let bytes = source.all(limit: WrittenReply.limit)
        if let problem = source.problem { throw CommandFailure(.failed, "the reply cannot be read: \(problem)") }
        guard let bytes else { throw CommandFailure(.failed, "the reply is larger than \(WrittenReply.limit) bytes") }
        var reply = WrittenReply(parsing: bytes)
        var error = error
        reply.status = error.status ?? reply.status
        reply.headers.merge(error.headers) { _, given in given }
        guard reply.status != nil || reply.body.contains(where: { $0 > 0x20 }) else {
            throw CommandFailure(
                .usage, "failures classify: what it was given is empty.", hints: ["a reply without a body: --status 402"])
        }
        (error.status, error.headers) = (reply.status, reply.headers)
        error.body = String(decoding: reply.body, as: UTF8.self)
        if reply.maySucceed, error.wire == WireKind.openaiCompletions.rawValue, error.transport == nil {
            let context = ErrorContext(provider: error.provider ?? "any", model: error.model ?? "any")
            return (error, reply.trouble(context, nowMilliseconds: nowMilliseconds))
        }
        return (error, error.object(nowMilliseconds: nowMilliseconds))
    }

    /// The settings' own windows, where there are settings that can be read.
    private static func policy(for error: ErrorLine, _ context: CommandContext) -> Policy {
        guard let settings = try? Setup.load(for: context).settings else {
            context.output.note("The configuration cannot be read: times are the built-in ones.")
            return .standard
        }
        guard let provider = error.provider else { return settings.policy }
        return settings.policy(for: ModelRef(provider: provider, model: error.model ?? ""))
    }
}

extension Command {
    static let failuresClassify = Command(
        words: ["failures", "classify"], summary: "Say what the gateway would make of an error, and what it would do",
        discussion: [
            "Judges one error as a running gateway would: the reason, the rule that knew it and where that was learned, whether the same candidate, "
                + "another credential or the next model is tried, and what is blocked for how long. Nothing is asked and nothing changes.",
            "The error is described by flags, or is the reply on standard input: its body, beside --status, or all that curl -i prints.",
            "With --jsonl each line is an object with any of id, provider, model, status, code, type, message, body, param, headers, wire, transport; the "
                + "answer is an object on a line each, in order, with id, reason, scope, rule and retryAfterSeconds. A line that is none is told on "
                + "standard error with its number, and the rest is judged.",
        ],
        parameters: [Parameter(name: "file", summary: "A file instead of standard input", optional: true)],
        flags: ClassifyCommand.descriptions + [ClassifyCommand.lines],
        examples: [
            Example("understudy failures classify --provider cerebras --status 402", "What a 402 without a body means."),
            Example(
                "understudy failures classify --status 429 --message 'Rate limit exceeded' --header 'retry-after: 20'",
                "One that says when to come back."),
            Example("understudy failures classify --transport first_token_timeout", "No reply at all."),
            Example("understudy failures classify reply.txt --provider groq", "A reply as curl -i printed it into a file."),
            Example("understudy failures classify --jsonl errors.jsonl", "A verdict for each line of a file."),
        ],
        exitCodes: [
            (.fine, "judged, also where no rule knew it"), (.failed, "the input cannot be read, or with --jsonl: a line is no error"),
        ],
        run: { context throws(CommandFailure) in try await ClassifyCommand.run(context) })
}
