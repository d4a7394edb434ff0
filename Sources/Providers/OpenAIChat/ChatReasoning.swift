// SPDX-License-Identifier: Apache-2.0
import JSON

/// Thoughts within messages, in the spellings that providers have for them, and what hangs onto them.
///
/// `reasoning_content` (DeepSeek) and `reasoning` (Groq, Ollama, OpenRouter) are plain text. OpenRouter's `reasoning_details` has an
/// entry per thought: `reasoning.text` with `text` and `signature`, `reasoning.summary` with `summary`, `reasoning.encrypted` with
/// `data` (https://openrouter.ai/docs/use-cases/reasoning-tokens). Google's `extra_content.google.thought_signature` hangs on messages
/// and calls (https://ai.google.dev/gemini-api/docs/openai).
enum ChatReasoning {
    /// One entry of `reasoning_details`.
    struct Detail {
        var text = ""
        /// Its `signature` or `data`, the proof that its maker wants back.
        var proof: String?
        var isHidden = false

        init(_ entry: JSONSlice, _ bytes: RawSpan) {
            entry.forEachMember(in: bytes) { key, value in
                if value.kind != .string || value.isEmptyString { return true }
                if JSONText.equals(key, "text", in: bytes) || JSONText.equals(key, "summary", in: bytes) {
                    text = value.string(in: bytes) ?? ""
                } else if JSONText.equals(key, "signature", in: bytes) {
                    proof = value.string(in: bytes)
                } else if JSONText.equals(key, "data", in: bytes) {
                    proof = value.string(in: bytes)
                    isHidden = true
                }
                return true
            }
        }
    }

    /// The thoughts of a whole message.
    ///
    /// - Parameters:
    ///   - plain: The text, where a message has it beside `details`: then those count if they have texts of their own.
    ///   - state: Makes a state of a client's `signature` or `data`.
    static func thoughts(_ plain: JSONSlice?, details: JSONSlice?, _ bytes: RawSpan, state: (String) -> ProviderState?) -> [Part] {
        thoughts(plain, details: details, bytes) { detail, _ in detail.proof.flatMap(state) }
    }

    static func thoughts(
        _ plain: JSONSlice?, details: JSONSlice?, _ bytes: RawSpan, state: (Detail, JSONSlice) -> ProviderState?
    ) -> [Part] {
        var parts: [Thinking] = []
        var hasText = false
        details?.forEachElement(in: bytes) { entry in
            let detail = Detail(entry, bytes)
            let state = state(detail, entry)
            if !detail.text.isEmpty { hasText = true }
            if !detail.text.isEmpty || state != nil { parts.append(Thinking(detail.text, state: state)) }
            return true
        }
        if !hasText, let text = plain?.string(in: bytes), !text.isEmpty {
            if parts.count == 1, parts[0].text.isEmpty { parts[0].text = text } else { parts.insert(Thinking(text), at: 0) }
        }
        return parts.map(Part.thinking)
    }

    static func signature(_ extra: JSONSlice?, _ bytes: RawSpan) -> String? {
        guard let text = extra?.member("google", in: bytes)?.member("thought_signature", in: bytes)?.string(in: bytes), !text.isEmpty else {
            return nil
        }
        return text
    }

    /// What Google hangs onto a message belongs to its text.
    static func hang(_ state: ProviderState, onTextOf parts: inout [Part]) {
        for place in parts.indices.reversed() {
            if case .text(var text) = parts[place] {
                text.state = state
                parts[place] = .text(text)
                return
            }
        }
        parts.append(.text(Text("", state: state)))
    }

    // MARK: Of this wire's own providers

    /// What a provider of this wire wants back of an entry: the entry as it is, its text aside, which the thought has.
    static func state(of detail: Detail, _ entry: JSONSlice, maker: Maker, _ bytes: RawSpan) -> ProviderState? {
        guard detail.proof != nil else { return nil }
        var payload: [UInt8] = [UInt8(ascii: "{")]
        entry.forEachMember(in: bytes) { key, value in
            if JSONText.equals(key, "text", in: bytes) || (JSONText.equals(key, "summary", in: bytes) && !detail.isHidden) { return true }
            payload.comma()
            bytes.extracting(key.lowerBound - 1..<key.upperBound + 1).withUnsafeBytes { payload.append(contentsOf: $0) }
            payload.append(UInt8(ascii: ":"))
            bytes.extracting(value.range).withUnsafeBytes { payload.append(contentsOf: $0) }
            return true
        }
        payload.append(UInt8(ascii: "}"))
        return ProviderState(maker: maker, payload: String(decoding: payload, as: UTF8.self))
    }

    /// The entry again, as its maker wants it.
    ///
    /// - Returns: `false` for a payload that is not one of ours.
    static func appendDetail(_ thinking: Thinking, to output: inout [UInt8]) -> Bool {
        guard let payload = thinking.state?.payload, let fragment = JSONFragment(parsing: payload), fragment.kind == .object else {
            return false
        }
        output.comma()
        output += fragment.bytes.dropLast()
        if !thinking.text.isEmpty { output.member("text", thinking.text) }
        output.append(UInt8(ascii: "}"))
        return true
    }

    // MARK: For clients

    /// An entry that a client sends back as it is, its state sealed.
    static func appendSealed(_ text: String, _ state: ProviderState, index: Int, to output: inout [UInt8]) {
        output.comma()
        output.append("{")
        if text.isEmpty {
            output.member("type", "reasoning.encrypted")
            output.member("data", Seal.seal(state))
        } else {
            output.member("type", "reasoning.text")
            output.member("text", text)
            output.member("signature", Seal.seal(state))
        }
        output.member("format", "unknown")
        output.member("index", index)
        output.append("}")
    }

    /// `,"extra_content":{…}`, sealed.
    static func appendSealed(_ state: ProviderState, to output: inout [UInt8]) {
        output.key("extra_content")
        output.append(#"{"google":{"thought_signature":"#)
        output.quote(Seal.seal(state))
        output.append("}}")
    }
}
