// SPDX-License-Identifier: Apache-2.0
import JSON

/// Reads the pieces of messages and results.
enum ResponsesPartReading {
    /// A text, or parts of any kind.
    static func parts(_ content: JSONSlice, at path: String, _ bytes: RawSpan) throws(RequestProblem) -> [Part] {
        if let text = content.string(in: bytes) { return [.text(text)] }
        var parts: [Part] = []
        var position = 0
        try content.forEachElement(in: bytes) { (element) throws(RequestProblem) in
            parts.append(try part(element, at: "\(path)[\(position)]", bytes))
            position += 1
            return true
        }
        return parts
    }

    private static func part(_ part: JSONSlice, at path: String, _ bytes: RawSpan) throws(RequestProblem) -> Part {
        func string(_ name: StaticString) -> String? { part.member(name, in: bytes)?.string(in: bytes) }
        func required(_ name: StaticString) throws(RequestProblem) -> String {
            guard let text = string(name) else {
                throw RequestProblem(
                    path: "\(path).\(name)", message: "\(path).\(name) must be a string.", code: "missing_required_parameter")
            }
            return text
        }
        let type = string("type") ?? ""
        switch type {
        case "input_text", "text", "summary_text", "reasoning_text": return .text(try required("text"))
        case "output_text": return .text(Text(try required("text"), citations: citations(part.member("annotations", in: bytes), bytes)))
        case "refusal": return .refusal(try required("refusal"))
        case "input_image":
            var media = Media(.image, .file(string("file_id") ?? ""), detail: string("detail"))
            if let url = string("image_url") {
                media = DataURL.media(.image, url)
                media.detail = string("detail")
            } else if string("file_id") == nil {
                throw RequestProblem(
                    path: "\(path).image_url", message: "\(path) needs image_url or file_id.", code: "missing_required_parameter")
            }
            return .media(media)
        case "input_file":
            let media: Media
            if let data = string("file_data") {
                media = DataURL.document(data)
            } else if let url = string("file_url") {
                media = Media(.document, .url(url))
            } else if let id = string("file_id") {
                media = Media(.document, .file(id))
            } else {
                throw RequestProblem(
                    path: "\(path).file_id", message: "\(path) needs file_data, file_url or file_id.", code: "missing_required_parameter")
            }
            var named = media
            named.fileName = string("filename")
            return .media(named)
        case "input_audio":
            let audio = part.member("input_audio", in: bytes)
            let format = audio?.member("format", in: bytes)?.string(in: bytes) ?? "wav"
            return .media(
                Media(
                    .audio, .data(audio?.member("data", in: bytes)?.string(in: bytes) ?? ""),
                    mimeType: format == "mp3" ? "audio/mpeg" : "audio/\(format)"))
        default: return .foreign(ErrorReader.cut(type, to: 64))
        }
    }

    /// Of the annotations those that name a page of the web.
    static func citations(_ annotations: JSONSlice?, _ bytes: RawSpan) -> [Citation] {
        var found: [Citation] = []
        annotations?.forEachElement(in: bytes) { annotation in
            if let citation = citation(annotation, bytes) { found.append(citation) }
            return true
        }
        return found
    }

    /// - Returns: `nil` for one of a file.
    static func citation(_ annotation: JSONSlice, _ bytes: RawSpan) -> Citation? {
        guard annotation.member("type", in: bytes)?.equals("url_citation", in: bytes) == true,
            let url = annotation.member("url", in: bytes)?.string(in: bytes)
        else { return nil }
        return Citation(
            url: url, title: annotation.member("title", in: bytes)?.string(in: bytes),
            start: annotation.member("start_index", in: bytes)?.int(in: bytes),
            end: annotation.member("end_index", in: bytes)?.int(in: bytes))
    }

    /// What a client sends back of a reply's reasoning. Its encrypted content is a seal of ours or the state of whoever made it.
    static func thinking(_ item: JSONSlice, _ bytes: RawSpan) -> [Thinking] {
        var state: ProviderState?
        if let sealed = item.member("encrypted_content", in: bytes)?.string(in: bytes), !sealed.isEmpty { state = Seal.open(sealed) }
        return thoughts(item, state: state, bytes)
    }

    /// A reasoning item's words, each part of its own: the summary's, or where there is none the thoughts themselves. What proves them
    /// stands with the last.
    static func thoughts(_ item: JSONSlice, state: ProviderState?, _ bytes: RawSpan) -> [Thinking] {
        var thoughts = texts(item.member("summary", in: bytes), bytes)
        if thoughts.isEmpty { thoughts = texts(item.member("content", in: bytes), bytes) }
        if thoughts.isEmpty { return state.map { [Thinking("", state: $0)] } ?? [] }
        var all = thoughts.map { Thinking($0) }
        all[all.count - 1].state = state
        return all
    }

    private static func texts(_ parts: JSONSlice?, _ bytes: RawSpan) -> [String] {
        var texts: [String] = []
        parts?.forEachElement(in: bytes) { part in
            if let piece = part.member("text", in: bytes)?.string(in: bytes), !piece.isEmpty { texts.append(piece) }
            return true
        }
        return texts
    }
}
