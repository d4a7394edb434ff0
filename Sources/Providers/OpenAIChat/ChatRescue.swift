// SPDX-License-Identifier: Apache-2.0
import Failover
import JSON

/// Asks in the body of a Chat Completions request for the rest of a reply (docs/streams.md, "How a candidate is asked").
///
/// What the client set stays: its stops; what is left of its limit of tokens; and a tool that has to be called, which still has to be.
enum ChatRescue {
    /// - Returns: `nil` if the body has no messages, or holds the output to what can not be told in words.
    static func continued(_ body: [UInt8], by continuation: Continuation) -> ContinuedBody? {
        let bytes = body.span.bytes
        guard let index = try? JSONIndex(scanning: bytes), let messages = index.value("messages", in: bytes), messages.kind == .array,
            !isGuided(index, bytes)
        else { return nil }
        let takesPrefill = continuation.method == .prefill && mayPrefill(index, bytes)
        // Nothing but white space has been said: the seam knows of it.
        if takesPrefill, continuation.words.isEmpty { return ContinuedBody(body: body, method: .prefill, leftOut: continuation.text) }
        var edits = BodyEdits()
        let text = takesPrefill ? String(continuation.words) : continuation.text
        let marks = takesPrefill ? continuation.mark : nil
        var added = append(text, marks, to: messages, bytes, &edits)
        if takesPrefill {
            if marks == .continueFinalMessage { continueFinalMessage(index, bytes, &edits) }
        } else {
            let form = dropForm(index, bytes, &edits)
            added += #",{"role":"user","content":"#.utf8
            added.quote(ContinuationPrompt.text(after: continuation.text, form: form))
            added.append("}")
        }
        edits.append(added, to: messages, in: bytes)
        if !asksThoughts(index, bytes) {
            for name in limits { edits.lower(index.value(name, in: bytes), by: continuation, in: bytes) }
        }
        guard let continued = edits.apply(to: body, index: index) else { return nil }
        return takesPrefill
            ? ContinuedBody(body: continued, method: .prefill, leftOut: continuation.leftOut)
            : ContinuedBody(body: continued, method: .transcript)
    }

    private static let limits: [StaticString] = ["max_tokens", "max_completion_tokens"]

    // MARK: What a prefill can not stand beside

    /// No prefill before thoughts (help.aliyun.com/en/model-studio/partial-mode; `Assistant response prefill is incompatible with
    /// enable_thinking.`, ggml-org/llama.cpp#21889), a forced tool, or an output that is held to a form from its first letter on.
    private static func mayPrefill(_ index: JSONIndex, _ bytes: RawSpan) -> Bool {
        !asksThoughts(index, bytes) && !forcesTool(index, bytes) && form(index, bytes) == nil
    }

    private static func asksThoughts(_ index: JSONIndex, _ bytes: RawSpan) -> Bool {
        func isOn(_ word: JSONSlice?) -> Bool {
            guard let word, word.kind == .string else { return false }
            return !word.equals("none", in: bytes) && !word.equals("disabled", in: bytes)
        }
        if isOn(index.value("reasoning_effort", in: bytes)) || isOn(index.value("thinking", in: bytes)?.member("type", in: bytes)) {
            return true
        }
        if index.value("enable_thinking", in: bytes)?.bool(in: bytes) == true { return true }
        guard let reasoning = index.value("reasoning", in: bytes), reasoning.kind == .object else { return false }
        if let isEnabled = reasoning.member("enabled", in: bytes)?.bool(in: bytes) { return isEnabled }
        return isOn(reasoning.member("effort", in: bytes)) || reasoning.member("max_tokens", in: bytes)?.kind == .number
    }

    private static func forcesTool(_ index: JSONIndex, _ bytes: RawSpan) -> Bool {
        for value in [index.value("tool_choice", in: bytes), index.value("function_call", in: bytes)] {
            guard let value else { continue }
            if value.kind == .object {
                let allowed = value.member("allowed_tools", in: bytes)
                if allowed?.member("mode", in: bytes)?.equals("auto", in: bytes) != true { return true }
            } else if value.equals("required", in: bytes) || value.equals("any", in: bytes) {
                return true
            }
        }
        return false
    }

    /// Grammars of local servers: each would begin anew in the middle (https://docs.vllm.ai/en/latest/features/structured_outputs/).
    private static func isGuided(_ index: JSONIndex, _ bytes: RawSpan) -> Bool {
        let names: [StaticString] = [
            "guided_json", "guided_regex", "guided_choice", "guided_grammar", "structured_outputs", "grammar", "json_schema", "regex",
            "ebnf",
        ]
        return names.contains { name in index.value(name, in: bytes).map { $0.kind != .null } ?? false }
    }

    // MARK: The form of the answer

    private static func form(_ index: JSONIndex, _ bytes: RawSpan) -> JSONSlice? {
        guard let form = index.value("response_format", in: bytes), form.kind == .object else { return nil }
        return form.member("type", in: bytes)?.equals("text", in: bytes) == true ? nil : form
    }

    /// An answer that is held to a form from its first letter on begins anew, so the rest is asked for in words.
    private static func dropForm(_ index: JSONIndex, _ bytes: RawSpan, _ edits: inout BodyEdits) -> ContinuationPrompt.Form? {
        guard let form = form(index, bytes) else { return nil }
        edits.dropMembers(of: index.root, in: bytes) { key, _ in JSONText.equals(key, "response_format", in: bytes) }
        let schema = form.member("json_schema", in: bytes)?.member("schema", in: bytes) ?? form.member("schema", in: bytes)
        guard let schema, schema.kind == .object else { return .json }
        return .schema(bytes.extracting(schema.range).withUnsafeBytes { Array($0) })
    }

    // MARK: The message

    /// Puts `text` behind what the assistant has said last, if it spoke last and called nothing.
    ///
    /// - Returns: The message to be put behind the others; empty if there is none to be put.
    private static func append(
        _ text: String, _ mark: PrefillMark?, to messages: JSONSlice, _ bytes: RawSpan, _ edits: inout BodyEdits
    ) -> [UInt8] {
        var last: JSONSlice?
        messages.forEachElement(in: bytes) { message in
            last = message
            return true
        }
        if let last, ChatTurnRepairs.isPrefill(last, bytes), let content = last.member("content", in: bytes), content.kind != .null {
            insert(text, into: content, bytes, &edits)
            if let mark, let name = mark.member { ChatTurnRepairs.mark(last, name, bytes, &edits) }
            return []
        }
        var message: [UInt8] = last == nil ? [] : [UInt8(ascii: ",")]
        message += #"{"role":"assistant","content":"#.utf8
        message.quote(text)
        if let mark, let name = mark.member { message.member(name, true) }
        message.append("}")
        return message
    }

    /// - Parameter content: A text, or a list of parts.
    private static func insert(_ text: String, into content: JSONSlice, _ bytes: RawSpan, _ edits: inout BodyEdits) {
        var quoted: [UInt8] = []
        quoted.quote(text)
        var place = content.kind == .string ? content : nil
        var last: JSONSlice?
        content.forEachElement(in: bytes) { part in
            last = part
            return true
        }
        if let last, last.member("type", in: bytes)?.equals("text", in: bytes) == true { place = last.member("text", in: bytes) }
        if let place, place.kind == .string {
            let end = place.end - 1
            return edits.replace(end..<end, with: Array(quoted.dropFirst().dropLast()))
        }
        edits.append((last == nil ? [] : [UInt8(ascii: ",")]) + #"{"type":"text","text":"#.utf8 + quoted + "}".utf8, to: content, in: bytes)
    }

    /// vLLM, SGLang and llama.cpp are told for the whole request.
    private static func continueFinalMessage(_ index: JSONIndex, _ bytes: RawSpan, _ edits: inout BodyEdits) {
        let members: [(name: StaticString, value: String)] = [("continue_final_message", "true"), ("add_generation_prompt", "false")]
        var added = ""
        for (name, value) in members {
            if let old = index.value(name, in: bytes) {
                edits.replace(old.range, with: Array(value.utf8))
            } else {
                added += "\"\(name)\":\(value),"
            }
        }
        if !added.isEmpty { edits.insert(added, at: index.root.start + 1) }
    }
}
