// SPDX-License-Identifier: Apache-2.0
import JSON

/// Writes a message's content: a text, or a list of parts.
enum ChatPartWriting {
    static func append(_ parts: ArraySlice<Part>, for target: ChatTarget, to output: inout [UInt8], _ losses: inout Losses) {
        if parts.count == 1, case .text(let text) = parts.first { return output.quote(text.text) }
        if parts.isEmpty || (!target.takesTextParts && parts.allSatisfy(\.isText)) {
            return appendJoined(Array(parts), by: "\n\n", to: &output)
        }
        output.append("[")
        for part in parts { append(part, for: target, to: &output, &losses) }
        // What is left of a message that held only what this API has no part for.
        if output.last == UInt8(ascii: "[") {
            output.removeLast()
            output.append(#""""#)
        } else {
            output.append("]")
        }
    }

    /// All text as one. An answer's pieces follow each other as they were written.
    static func appendJoined(_ parts: [Part], by separator: String = "", to output: inout [UInt8]) {
        var text = ""
        for (place, part) in parts.enumerated() {
            if place > 0 { text += separator }
            if case .text(let piece) = part { text += piece.text }
        }
        output.quote(text)
    }

    private static func append(_ part: Part, for target: ChatTarget, to output: inout [UInt8], _ losses: inout Losses) {
        switch part {
        // Some servers refuse parts without a word.
        case .text(let text): if !text.text.isEmpty { append(text.text, to: &output) }
        case .refusal(let text): append(text, to: &output)
        case .media(let media):
            if let text = text(of: media) { append(text.text, to: &output) } else { append(media, for: target, to: &output, &losses) }
        case .thinking(let thinking): if !thinking.text.isEmpty { losses.note(.foreignThinking) }
        // Calls and results are messages of their own; of what is foreign the name is noted already.
        case .toolCall, .toolResult, .foreign: break
        }
    }

    private static func append(_ text: String, to output: inout [UInt8]) {
        output.comma()
        output.append(#"{"type":"text","text":"#)
        output.quote(text)
        output.append("}")
    }

    /// A document that is plain text: there is no part for it but text.
    static func text(of media: Media) -> Text? {
        guard case .text(let text) = media.source else { return nil }
        return Text(media.fileName.map { "\($0):\n\(text)" } ?? text)
    }

    private static func append(_ media: Media, for target: ChatTarget, to output: inout [UInt8], _ losses: inout Losses) {
        switch (media.kind, media.source) {
        case (.image, .data(let data)):
            appendURL("image_url", DataURL.url(type: type(of: media, "image/png"), data: data), media, to: &output)
        case (.image, .url(let url)): appendURL("image_url", url, media, to: &output)
        case (.image, _): losses.note(.fileID, "image")
        case (.document, .data(let data)):
            let type = type(of: media, "application/pdf")
            appendFile("file_data", DataURL.url(type: type, data: data), name: media.fileName ?? DataURL.fileName(of: type), to: &output)
        case (.document, .file(let id)): appendFile("file_id", id, name: media.fileName, to: &output)
        case (.document, .url(let url)):
            guard target.takesDocumentURLs else { return losses.note(.documentURL) }
            appendFile("file_data", url, name: media.fileName ?? "document.pdf", to: &output)
        case (.audio, .data(let data)):
            output.comma()
            output.append(#"{"type":"input_audio","input_audio":{"data":"#)
            output.quote(data)
            output.member("format", ChatAudio.format(of: media.mimeType))
            output.append("}}")
        case (.audio, _): losses.note(.audioInput, "by reference")
        case (.video, .data(let data)) where target.takesVideo:
            appendURL("video_url", DataURL.url(type: type(of: media, "video/mp4"), data: data), media, to: &output)
        case (.video, .url(let url)) where target.takesVideo: appendURL("video_url", url, media, to: &output)
        case (.video, _): losses.note(.videoInput)
        // Written as text.
        case (_, .text): break
        }
    }

    private static func type(of media: Media, _ usual: String) -> String { media.mimeType.isEmpty ? usual : media.mimeType }

    /// - Parameter name: Of the part's type and of its member alike.
    private static func appendURL(_ name: StaticString, _ url: String, _ media: Media, to output: inout [UInt8]) {
        output.comma()
        output.append(#"{"type":""#)
        output.append(name)
        output.append(#"""#)
        output.key(name)
        output.append(#"{"url":"#)
        output.quote(url)
        if let detail = media.detail, media.kind == .image { output.member("detail", detail) }
        output.append("}}")
    }

    private static func appendFile(_ member: StaticString, _ value: String, name: String?, to output: inout [UInt8]) {
        output.comma()
        output.append(#"{"type":"file","file":{"#)
        if let name { output.member("filename", name) }
        output.member(member, value)
        output.append("}}")
    }
}

extension Part {
    var isText: Bool {
        if case .text = self { return true }
        return false
    }
}
