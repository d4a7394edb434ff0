// SPDX-License-Identifier: Apache-2.0
import JSON

/// Reads a message's content where it is a list of parts. Parts of the other wires that clients send here by mistake, and routers
/// understand, are read too.
struct ChatPartReading {
    private(set) var parts: [Part] = []
    private(set) var hasCacheMarks = false

    mutating func read(_ content: JSONSlice, at path: String, _ bytes: RawSpan) throws(RequestProblem) {
        var position = 0
        try content.forEachElement(in: bytes) { (part) throws(RequestProblem) in
            try readPart(part, at: "\(path)[\(position)]", bytes)
            position += 1
            return true
        }
    }

    private mutating func readPart(_ part: JSONSlice, at path: @autoclosure () -> String, _ bytes: RawSpan) throws(RequestProblem) {
        if let text = part.string(in: bytes) { return parts.append(.text(text)) }
        guard let type = part.member("type", in: bytes) else { return }
        if let mark = part.member("cache_control", in: bytes), mark.kind != .null { hasCacheMarks = true }
        if type.equals("text", in: bytes) || type.equals("input_text", in: bytes) || type.equals("output_text", in: bytes) {
            guard let value = part.member("text", in: bytes) else {
                throw RequestProblem(path: "\(path()).text", message: "\(path()).text is required.", code: "missing_required_parameter")
            }
            guard let text = value.string(in: bytes) else {
                throw MemberShape.wrongType(value, expected: "a string", at: "\(path()).text")
            }
            parts.append(.text(text))
        } else if type.equals("image_url", in: bytes) || type.equals("input_image", in: bytes) || type.equals("image", in: bytes) {
            guard let media = Self.image(part, bytes) else {
                throw RequestProblem(
                    path: "\(path()).image_url", message: "\(path()).image_url.url is required.", code: "missing_required_parameter")
            }
            parts.append(.media(media))
        } else if type.equals("input_audio", in: bytes) {
            parts.append(audio(part, bytes))
        } else if type.equals("file", in: bytes) || type.equals("input_file", in: bytes) {
            parts.append(file(part, bytes))
        } else if type.equals("video_url", in: bytes) || type.equals("input_video", in: bytes) {
            let video = part.member("video_url", in: bytes) ?? part
            let url = video.string(in: bytes) ?? video.member("url", in: bytes)?.string(in: bytes)
            parts.append(url.map { .media(DataURL.media(.video, $0)) } ?? .foreign("video_url"))
        } else if type.equals("refusal", in: bytes) {
            if let text = part.member("refusal", in: bytes)?.string(in: bytes) { parts.append(.refusal(text)) }
        } else if type.equals("thinking", in: bytes) {
            parts += Self.thinking(part, bytes)
        } else {
            parts.append(.foreign(ErrorReader.cut(type.string(in: bytes) ?? "", to: 64)))
        }
    }

    /// Mistral's thoughts: parts within a part.
    static func thinking(_ part: JSONSlice, _ bytes: RawSpan) -> [Part] {
        var text = ""
        let inner = part.member("thinking", in: bytes)
        if let whole = inner?.string(in: bytes) { text = whole }
        inner?.forEachElement(in: bytes) { piece in
            text += piece.member("text", in: bytes)?.string(in: bytes) ?? piece.string(in: bytes) ?? ""
            return true
        }
        let state = part.member("signature", in: bytes)?.string(in: bytes).flatMap(Seal.open)
        return text.isEmpty && state == nil ? [] : [.thinking(Thinking(text, state: state))]
    }

    /// `image_url: {url, detail}`, a URL alone, or a source with its data.
    static func image(_ part: JSONSlice, _ bytes: RawSpan) -> Media? {
        if let source = part.member("source", in: bytes), let data = source.member("data", in: bytes)?.string(in: bytes) {
            return Media(.image, .data(data), mimeType: source.member("media_type", in: bytes)?.string(in: bytes) ?? "")
        }
        guard let image = part.member("image_url", in: bytes) ?? part.member("image", in: bytes) ?? part.member("source", in: bytes) else {
            return part.member("file_id", in: bytes)?.string(in: bytes).map { Media(.image, .file($0)) }
        }
        guard let url = image.string(in: bytes) ?? image.member("url", in: bytes)?.string(in: bytes), !url.isEmpty else { return nil }
        var media = DataURL.media(.image, url)
        media.detail = (image.member("detail", in: bytes) ?? part.member("detail", in: bytes))?.string(in: bytes)
        return media
    }

    private func audio(_ part: JSONSlice, _ bytes: RawSpan) -> Part {
        guard let audio = part.member("input_audio", in: bytes) else { return .foreign("input_audio") }
        if let url = audio.string(in: bytes) ?? audio.member("url", in: bytes)?.string(in: bytes) {
            return .media(DataURL.media(.audio, url))
        }
        guard let data = audio.member("data", in: bytes)?.string(in: bytes) else { return .foreign("input_audio") }
        let format = audio.member("format", in: bytes)?.string(in: bytes) ?? ""
        return .media(Media(.audio, .data(DataURL.parts(data)?.data ?? data), mimeType: ChatAudio.mimeType(of: format)))
    }

    /// `file: {file_data, filename}` or `file: {file_id}`; OpenRouter takes a URL as `file_data`.
    private func file(_ part: JSONSlice, _ bytes: RawSpan) -> Part {
        let file = part.member("file", in: bytes) ?? part
        let name = file.member("filename", in: bytes)?.string(in: bytes)
        if let data = file.member("file_data", in: bytes)?.string(in: bytes) {
            var media = data.utf8.starts(with: "http".utf8) ? Media(.document, .url(data)) : DataURL.document(data)
            media.fileName = name
            return .media(media)
        }
        if let id = file.member("file_id", in: bytes)?.string(in: bytes) {
            return .media(Media(.document, .file(id), fileName: name))
        }
        if let url = file.member("file_url", in: bytes)?.string(in: bytes) {
            return .media(Media(.document, .url(url), fileName: name))
        }
        return .foreign("file")
    }
}

/// `input_audio.format`, where other wires have a type.
enum ChatAudio {
    static func mimeType(of format: String) -> String {
        switch format {
        case "mp3": "audio/mpeg"
        case "": ""
        default: "audio/\(format)"
        }
    }

    static func format(of mimeType: String) -> String {
        let type = mimeType.split(separator: ";").first.map(String.init) ?? ""
        return switch type {
        case "audio/mpeg", "audio/mp3": "mp3"
        case "audio/wav", "audio/x-wav", "audio/wave", "": "wav"
        default: type.hasPrefix("audio/") ? String(type.dropFirst(6)) : "wav"
        }
    }
}
