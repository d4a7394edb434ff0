// SPDX-License-Identifier: Apache-2.0
import JSON

/// Images and documents as blocks.
enum MessagesMediaWriting {
    static func append(_ media: Media, to output: inout [UInt8], _ losses: inout Losses) {
        switch (media.kind, media.source) {
        case (.audio, _), (.video, _), (_, .file): break
        case (.image, .data(let data)):
            begin("image", &output)
            base64(data, media.mimeType.isEmpty ? imageType(of: data) : media.mimeType, &output)
            output.append("}" as StaticString)
        case (.image, .url(let url)), (.document, .url(let url)):
            begin(media.kind == .image ? "image" : "document", &output)
            output.append(#"{"type":"url","url":"# as StaticString)
            output.quote(url)
            output.append("}" as StaticString)
            end(media, &output)
        case (.image, .text), (.document, .text):
            if case .text(let text) = media.source { append(text: text, of: media, to: &output) }
        case (.document, .data(let data)): append(document: media, data, to: &output, &losses)
        }
    }

    /// Anthropic takes PDF and plain text.
    private static func append(document media: Media, _ data: String, to output: inout [UInt8], _ losses: inout Losses) {
        let type = media.mimeType.lowercased()
        if type.isEmpty || type.hasPrefix("application/pdf") || type == "application/octet-stream" {
            begin("document", &output)
            base64(data, "application/pdf", &output)
            return end(media, &output)
        }
        let isText = type.hasPrefix("text/") || ["application/json", "application/xml", "application/yaml"].contains { type.hasPrefix($0) }
        guard isText, let bytes = Base64.decode(data) else { return losses.note(.documents, media.mimeType) }
        append(text: String(decoding: bytes, as: UTF8.self), of: media, to: &output)
    }

    private static func append(text: String, of media: Media, to output: inout [UInt8]) {
        if MessagesBlockWriting.isBlank(text) { return }
        begin("document", &output)
        output.append(#"{"type":"text","media_type":"text/plain","data":"# as StaticString)
        output.quote(text)
        output.append("}" as StaticString)
        end(media, &output)
    }

    private static func begin(_ type: StaticString, _ output: inout [UInt8]) {
        output.comma()
        output.append(#"{"type":""# as StaticString)
        output.append(type)
        output.append(#"","source":"# as StaticString)
    }

    private static func base64(_ data: String, _ type: String, _ output: inout [UInt8]) {
        output.append(#"{"type":"base64","media_type":"# as StaticString)
        output.quote(type)
        output.append(#","data":"# as StaticString)
        output.quote(data)
        output.append("}" as StaticString)
    }

    private static func end(_ media: Media, _ output: inout [UInt8]) {
        if media.kind == .document, let title = media.fileName, !title.isEmpty { output.member("title", title) }
        output.append("}" as StaticString)
    }

    /// By the first bytes, which Anthropic compares with the type.
    private static func imageType(of data: String) -> String {
        switch true {
        case data.hasPrefix("/9j/"): "image/jpeg"
        case data.hasPrefix("R0lGOD"): "image/gif"
        case data.hasPrefix("UklGR"): "image/webp"
        default: "image/png"
        }
    }
}
