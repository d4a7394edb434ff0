// SPDX-License-Identifier: Apache-2.0
import JSON

/// Content blocks to neutral parts, in requests and in replies.
struct MessagesContentReading {
    /// Who made the blocks; `nil`: a client sends them, and proofs of thoughts are sealed or nobody knows whose.
    let maker: Maker?
    private(set) var parts: [Part] = []
    private(set) var hasCacheMarks = false
    private(set) var problem: RequestProblem?
    /// States of calls, by their ids, that stand in blocks of their own.
    private var callStates: [String: ProviderState] = [:]

    init(maker: Maker?) { self.maker = maker }

    /// - Parameter path: Where it stands in the request, for a refusal.
    mutating func read(_ content: JSONSlice, at path: @autoclosure () -> String = "content", in bytes: RawSpan) {
        if let text = content.string(in: bytes) {
            if !text.isEmpty { parts.append(.text(text)) }
            return
        }
        var number = 0
        content.forEachElement(in: bytes) { block in
            if block.kind == .object { read(block: block, at: "\(path()).\(number)", in: bytes) }
            number += 1
            return problem == nil
        }
        guard !callStates.isEmpty else { return }
        for place in parts.indices {
            if case .toolCall(var call) = parts[place], let state = callStates[call.id] {
                call.state = state
                parts[place] = .toolCall(call)
            }
        }
    }

    mutating func read(block: JSONSlice, at path: @autoclosure () -> String = "content", in bytes: RawSpan) {
        let fields = MessagesBlock(block, in: bytes)
        if let mark = fields.cacheControl, mark.kind != .null { hasCacheMarks = true }
        guard let type = fields.type else { return }
        func reads(_ name: StaticString) -> Bool { type.equals(name, in: bytes) }
        switch true {
        case reads("text"): readText(fields, in: bytes)
        case reads("tool_use"):
            let input = fields.input.flatMap { $0.kind == .null ? nil : JSONFragment($0, in: bytes).text }
            parts.append(
                .toolCall(
                    ToolCall(
                        id: fields.id?.string(in: bytes) ?? "", name: fields.name?.string(in: bytes) ?? "", arguments: input ?? "")))
        case reads("tool_result"): readResult(fields, at: path(), in: bytes)
        case reads("thinking"): readThinking(fields, in: bytes)
        case reads("redacted_thinking"): readRedacted(fields, in: bytes)
        case reads("image"), reads("document"):
            switch MessagesMediaReading.read(fields, isImage: reads("image"), at: path(), in: bytes) {
            case .success(let read): parts += read
            case .failure(let found): problem = found
            }
        case reads("search_result"): readSearchResult(fields, in: bytes)
        default: parts.append(.foreign(type.string(in: bytes) ?? ""))
        }
    }

    private mutating func readText(_ fields: MessagesBlock, in bytes: RawSpan) {
        var text = Text(fields.text?.string(in: bytes) ?? "")
        fields.citations?.forEachElement(in: bytes) { element in
            if let citation = MessagesCitations.read(element, in: bytes, foreign: { parts.append(.foreign($0)) }) {
                text.citations.append(citation)
            }
            return true
        }
        if !text.text.isEmpty || !text.citations.isEmpty { parts.append(.text(text)) }
    }

    private mutating func readResult(_ fields: MessagesBlock, at path: @autoclosure () -> String, in bytes: RawSpan) {
        var inner = MessagesContentReading(maker: maker)
        if let content = fields.content { inner.read(content, at: "\(path()).content", in: bytes) }
        hasCacheMarks = hasCacheMarks || inner.hasCacheMarks
        problem = inner.problem
        parts.append(
            .toolResult(
                ToolResult(
                    callID: fields.toolUseID?.string(in: bytes) ?? "", parts: inner.parts,
                    isError: fields.isError?.bool(in: bytes) ?? false)))
    }

    private mutating func readThinking(_ fields: MessagesBlock, in bytes: RawSpan) {
        let text = fields.thinking?.string(in: bytes) ?? ""
        var state: ProviderState?
        if let signature = fields.signature?.string(in: bytes), !signature.isEmpty {
            state = maker.map { ProviderState(maker: $0, payload: signature) } ?? Seal.open(signature)
        }
        if !text.isEmpty || state != nil { parts.append(.thinking(Thinking(text, state: state))) }
    }

    private mutating func readRedacted(_ fields: MessagesBlock, in bytes: RawSpan) {
        guard let data = fields.data?.string(in: bytes), !data.isEmpty else { return }
        if let maker { return parts.append(.thinking(Thinking("", state: MessagesStates.redacted(data, of: maker)))) }
        switch MessagesStates.open(data) {
        case .thought(let state)?: parts.append(.thinking(Thinking("", state: state)))
        case .call(let id, let state)?: callStates[id] = state
        case .text(let state)?:
            if case .text(var text)? = parts.last, text.state == nil {
                text.state = state
                parts[parts.count - 1] = .text(text)
            } else {
                parts.append(.text(Text("", state: state)))
            }
        case nil: break
        }
    }

    /// What the client found itself: its text with where it is from.
    private mutating func readSearchResult(_ fields: MessagesBlock, in bytes: RawSpan) {
        let head = [fields.title, fields.source].compactMap { $0?.string(in: bytes) }.filter { !$0.isEmpty }
        if !head.isEmpty { parts.append(.text(head.joined(separator: "\n"))) }
        if let content = fields.content { read(content, in: bytes) }
    }
}

/// Images and documents.
enum MessagesMediaReading {
    /// - Returns: More than one part for a document that is made of blocks.
    static func read(
        _ fields: MessagesBlock, isImage: Bool, at path: String, in bytes: RawSpan
    ) -> Result<[Part], RequestProblem> {
        guard let source = fields.source, source.kind == .object else { return .failure(MessagesProblem.required("\(path).source")) }
        guard let type = source.member("type", in: bytes)?.string(in: bytes) else {
            return .failure(MessagesProblem.required("\(path).source.type"))
        }
        let kind: Media.Kind = isImage ? .image : .document
        let title = fields.title?.string(in: bytes)
        func demand(_ name: StaticString) -> Result<String, RequestProblem> {
            source.member(name, in: bytes)?.string(in: bytes).map { .success($0) }
                ?? .failure(MessagesProblem.required("\(path).source.\(name)"))
        }
        let mimeType = source.member("media_type", in: bytes)?.string(in: bytes) ?? ""
        switch type {
        case "base64": return demand("data").map { [.media(Media(kind, .data($0), mimeType: mimeType, fileName: title))] }
        case "url":
            return demand("url").map { [.media(Media(kind, .url($0), mimeType: isImage ? "" : "application/pdf", fileName: title))] }
        case "file": return demand("file_id").map { [.media(Media(kind, .file($0), fileName: title))] }
        case "text":
            return demand("data").map { [.media(Media(.document, .text($0), mimeType: "text/plain", fileName: title))] }
        case "content":
            var inner = MessagesContentReading(maker: nil)
            if let content = source.member("content", in: bytes) { inner.read(content, at: "\(path).source.content", in: bytes) }
            if let problem = inner.problem { return .failure(problem) }
            return .success(title.map { [.text($0)] + inner.parts } ?? inner.parts)
        default:
            return .failure(
                MessagesProblem.make("\(path).source.type", "Input should be 'base64', 'url', 'file', 'text' or 'content'"))
        }
    }
}
