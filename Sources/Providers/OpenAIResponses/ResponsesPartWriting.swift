// SPDX-License-Identifier: Apache-2.0
import JSON

/// Writes the pieces of messages and results.
enum ResponsesPartWriting {
    /// - Parameter byModel: The message is the model's own.
    /// - Returns: Whether there is any.
    @discardableResult
    static func write(_ parts: [Part], byModel: Bool, into output: inout [UInt8], _ losses: inout Losses) -> Bool {
        output.append("[")
        var isFirst = true
        for part in parts {
            let mark = output.count
            if !isFirst { output.append(",") }
            let start = output.count
            write(part, byModel: byModel, into: &output, &losses)
            if output.count == start {
                output.removeSubrange(mark...)
            } else {
                isFirst = false
            }
        }
        output.append("]")
        return !isFirst
    }

    /// A text where it is only that.
    static func writeOutput(_ parts: [Part], into output: inout [UInt8], _ losses: inout Losses) {
        if parts.isEmpty { return output.quote("") }
        if parts.count == 1, case .text(let text) = parts[0] { return output.quote(text.text) }
        write(parts, byModel: false, into: &output, &losses)
    }

    private static func write(_ part: Part, byModel: Bool, into output: inout [UInt8], _ losses: inout Losses) {
        switch part {
        case .text(let text):
            output.append(byModel ? #"{"type":"output_text","text":"# : #"{"type":"input_text","text":"#)
            output.quote(text.text)
            if byModel {
                output.append(#","annotations":"#)
                writeAnnotations(text, offset: 0, into: &output)
            }
            output.append("}")
        case .refusal(let text):
            output.append(byModel ? #"{"type":"refusal","refusal":"# : #"{"type":"input_text","text":"#)
            output.quote(text)
            output.append("}")
        case .media(let media): write(media, into: &output, &losses)
        case .thinking, .toolCall, .toolResult, .foreign: break
        }
    }

    /// - Parameter offset: Characters of the reply before this text, which ranges count and the API does not.
    static func writeAnnotations(_ text: Text, offset: Int, into output: inout [UInt8]) {
        output.append("[")
        for (position, citation) in text.citations.enumerated() {
            if position > 0 { output.append(",") }
            write(citation, offset: offset, length: text.text.unicodeScalars.count, into: &output)
        }
        output.append("]")
    }

    static func write(_ citation: Citation, offset: Int, length: Int, into output: inout [UInt8]) {
        let start = max((citation.start ?? offset) - offset, 0)
        let end = max((citation.end ?? offset + length) - offset, start)
        output.append(#"{"type":"url_citation","start_index":\#(start),"end_index":\#(end),"url":"#)
        output.quote(citation.url)
        output.append(#","title":"#)
        output.quote(citation.title ?? "")
        output.append("}")
    }

    private static func write(_ media: Media, into output: inout [UInt8], _ losses: inout Losses) {
        switch media.kind {
        case .image: writeImage(media, into: &output, &losses)
        case .document: writeFile(media, into: &output, &losses)
        // Noted already as what this API does not take.
        case .audio, .video: break
        }
    }

    private static func writeImage(_ media: Media, into output: inout [UInt8], _ losses: inout Losses) {
        switch media.source {
        case .data(let data):
            output.append(#"{"type":"input_image","image_url":"#)
            output.quote(DataURL.url(type: media.mimeType.isEmpty ? "image/png" : media.mimeType, data: data))
        case .url(let url):
            output.append(#"{"type":"input_image","image_url":"#)
            output.quote(url)
        case .file(let id):
            guard isOwn(id) else { return losses.note(.fileID, id) }
            output.append(#"{"type":"input_image","file_id":"#)
            output.quote(id)
        case .text: return
        }
        if let detail = media.detail, details.contains(detail) { output.append(#","detail":"\#(detail)""#) }
        output.append("}")
    }

    private static let details: Set<String> = ["low", "high", "auto", "original"]

    private static func writeFile(_ media: Media, into output: inout [UInt8], _ losses: inout Losses) {
        switch media.source {
        case .data(let data):
            let type = media.mimeType.isEmpty ? "application/pdf" : media.mimeType
            writeFile(named: media.fileName ?? DataURL.fileName(of: type), DataURL.url(type: type, data: data), into: &output)
        case .text(let text):
            let data = DataURL.url(type: "text/plain", data: Base64.encode(Array(text.utf8)))
            writeFile(named: media.fileName ?? "document.txt", data, into: &output)
        case .url(let url):
            output.append(#"{"type":"input_file","file_url":"#)
            output.quote(url)
            output.append("}")
        case .file(let id):
            guard isOwn(id) else { return losses.note(.fileID, id) }
            output.append(#"{"type":"input_file","file_id":"#)
            output.quote(id)
            output.append("}")
        }
    }

    /// Data has to have a name here.
    private static func writeFile(named name: String, _ data: String, into output: inout [UInt8]) {
        output.append(#"{"type":"input_file","filename":"#)
        output.quote(name)
        output.append(#","file_data":"#)
        output.quote(data)
        output.append("}")
    }

    /// OpenAI's own ids begin so; another provider's would be refused.
    private static func isOwn(_ id: String) -> Bool { id.hasPrefix("file-") || id.hasPrefix("file_") }
}
