// SPDX-License-Identifier: Apache-2.0
import JSON

/// Reads contents into turns.
///
/// Clients put each chunk of a stream back as a content of its own (the chats of Google's SDKs do), so the model's contents that follow each
/// other are one turn, and pieces of text that meet at such a seam are one text.
struct GoogleContentReading {
    private(set) var turns: [Turn] = []
    private var calls = GooglePendingCalls()
    /// Parts of the last turn that were there before the content that is being read.
    private var seam = 0
    /// Parts of the last turn behind which no thought before goes on: another model began anew there.
    private var whole = 0

    mutating func read(_ contents: JSONSlice, in bytes: RawSpan) {
        contents.forEachListed(in: bytes) { content in
            let role = content.google("role", in: bytes)
            if role?.equals("model", in: bytes) == true {
                begin(.assistant, joins: turns.last?.role == .assistant)
            } else {
                begin(role?.equals("system", in: bytes) == true ? .system : .user, joins: false)
            }
            content.google("parts", in: bytes)?.forEachListed(in: bytes) { part in
                readPart(part, in: bytes)
                return true
            }
            return true
        }
    }

    /// `systemInstruction`.
    mutating func readInstruction(_ content: JSONSlice, in bytes: RawSpan) {
        begin(.system, joins: false)
        content.google("parts", in: bytes)?.forEachListed(in: bytes) { part in
            readPart(part, in: bytes)
            return true
        }
        if turns.last?.parts.isEmpty == true { turns.removeLast() }
    }

    private mutating func begin(_ role: Role, joins: Bool) {
        if joins {
            seam = turns[turns.count - 1].parts.count
        } else {
            turns.append(Turn(role, []))
            seam = 0
            whole = 0
        }
    }

    private mutating func readPart(_ part: JSONSlice, in bytes: RawSpan) {
        let members = GooglePart(part, in: bytes)
        let state = members.signature?.string(in: bytes).flatMap(GoogleContentReading.state)
        let isAssistant = turns[turns.count - 1].role == .assistant
        if let call = members.functionCall {
            let name = call.google("name", in: bytes)?.string(in: bytes) ?? ""
            let id = calls.call(id: GooglePart.id(call, in: bytes), name: name)
            append(.toolCall(ToolCall(id: id, name: name, arguments: GooglePart.arguments(call, in: bytes), state: state)))
        } else if let response = members.functionResponse {
            append(.toolResult(result(response, in: bytes)))
        } else if let text = members.text?.string(in: bytes) {
            if members.isThought {
                if state == nil, text.isEmpty, members.signature?.string(in: bytes) == Seal.seal(nil) {
                    whole = turns[turns.count - 1].parts.count
                }
                addThought(text, state)
            } else if isAssistant {
                addText(text, state)
            } else {
                append(.text(Text(text, state: state)))
            }
        } else if let blob = members.inlineData {
            append(.media(GoogleMedia.inline(blob, in: bytes)))
        } else if let file = members.fileData {
            append(.media(GoogleMedia.file(file, in: bytes)))
        } else if let name = members.foreign {
            append(.foreign(JSONText.string(name, in: bytes)))
        } else if let state {
            addText("", state)
        }
    }

    private mutating func append(_ part: Part) { turns[turns.count - 1].parts.append(part) }

    /// Joins text at a seam. A signature alone belongs to the text before it, else stands as a thought that is not shown.
    private mutating func addText(_ text: String, _ state: ProviderState?) {
        let place = turns.count - 1
        let count = turns[place].parts.count
        if let last = turns[place].parts.last, case .text(var before) = last, before.state == nil, count == seam || text.isEmpty {
            before.text += text
            before.state = state
            turns[place].parts[count - 1] = .text(before)
        } else if text.isEmpty, let state {
            append(.thinking(Thinking("", state: state)))
        } else if !text.isEmpty {
            append(.text(Text(text, state: state)))
        }
    }

    /// A thought that has only its signature ends the unsigned ones before it: they were streamed in pieces.
    private mutating func addThought(_ text: String, _ state: ProviderState?) {
        let place = turns.count - 1
        var joined = text
        while let last = turns[place].parts.last, case .thinking(let before) = last, before.state == nil, !before.text.isEmpty {
            let count = turns[place].parts.count
            guard count > whole, text.isEmpty || count == seam else { break }
            joined = before.text + joined
            turns[place].parts.removeLast()
            if !text.isEmpty { break }
        }
        seam = min(seam, turns[place].parts.count + 1)
        if !joined.isEmpty || state != nil { append(.thinking(Thinking(joined, state: state))) }
    }

    /// Google's placeholder stands for no signature.
    private static func state(_ signature: String) -> ProviderState? {
        signature.isEmpty || GoogleSignatures.isPlaceholder(signature) ? nil : Seal.open(signature)
    }

    private mutating func result(_ response: JSONSlice, in bytes: RawSpan) -> ToolResult {
        let name = response.google("name", in: bytes)?.string(in: bytes) ?? ""
        var result = ToolResult(callID: calls.result(id: GooglePart.id(response, in: bytes), name: name), name: name, parts: [])
        if let object = response.google("response", in: bytes) {
            let (text, isError) = GoogleResults.read(object, in: bytes)
            result.isError = isError
            if !text.isEmpty { result.parts.append(.text(text)) }
        }
        response.google("parts", in: bytes)?.forEachListed(in: bytes) { part in
            let members = GooglePart(part, in: bytes)
            if let blob = members.inlineData {
                result.parts.append(.media(GoogleMedia.inline(blob, in: bytes)))
            } else if let file = members.fileData {
                result.parts.append(.media(GoogleMedia.file(file, in: bytes)))
            } else if let text = members.text?.string(in: bytes) {
                result.parts.append(.text(text))
            }
            return true
        }
        return result
    }
}

/// What a function answered, as an object: Google's own words for a text are `output` and `error`
/// (https://ai.google.dev/api/caching#FunctionResponse).
enum GoogleResults {
    /// One of these alone with a text is that text; every other object is its JSON.
    static func read(_ response: JSONSlice, in bytes: RawSpan) -> (text: String, isError: Bool) {
        var (output, error, count): (String?, String?, Int) = (nil, nil, 0)
        response.forEachMember(in: bytes) { key, value in
            count += 1
            if JSONText.equals(key, "output", in: bytes) {
                output = value.string(in: bytes)
            } else if JSONText.equals(key, "error", in: bytes) {
                error = value.string(in: bytes)
            }
            return count < 2
        }
        if count == 0 { return ("", false) }
        if count == 1, let output { return (output, false) }
        if count == 1, let error { return (error, true) }
        return (JSONFragment(response, in: bytes).text, false)
    }

    /// Appends an object for `text`: itself if it is one that reads as it is.
    static func append(_ text: String, isError: Bool, to output: inout [UInt8]) {
        if !isError, let fragment = object(text) {
            output.append(contentsOf: fragment.bytes)
            return
        }
        output.append("{")
        output.member(isError ? "error" : "output", text)
        output.append("}")
    }

    private static func object(_ text: String) -> JSONFragment? {
        guard text.utf8.first == UInt8(ascii: "{"), text.utf8.last == UInt8(ascii: "}"), let fragment = JSONFragment(parsing: text),
            fragment.kind == .object
        else { return nil }
        let bytes = fragment.bytes.span.bytes
        guard let root = try? JSONScanner.scan(bytes) else { return nil }
        let (read, isError) = GoogleResults.read(root, in: bytes)
        return read == text && !isError ? fragment : nil
    }
}
