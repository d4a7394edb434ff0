// SPDX-License-Identifier: Apache-2.0

/// `data:` URLs (RFC 2397), as several wires carry images and documents.
enum DataURL {
    /// An image or another medium by its URL: its data where the URL holds it.
    static func media(_ kind: Media.Kind, _ url: String) -> Media {
        guard let (type, data) = parts(url) else { return Media(kind, .url(url)) }
        return Media(kind, .data(data), mimeType: type)
    }

    /// A document by a data URL, or by base64 alone.
    static func document(_ text: String) -> Media {
        guard let (type, data) = parts(text) else { return Media(.document, .data(text), mimeType: "application/pdf") }
        return Media(type.hasPrefix("image/") ? .image : .document, .data(data), mimeType: type)
    }

    /// - Returns: Type and base64; `nil` for what is no data URL, or one that is not base64.
    static func parts(_ url: String) -> (type: String, data: String)? {
        guard url.utf8.count > 5, url.prefix(5).lowercased() == "data:", let comma = url.utf8.firstIndex(of: UInt8(ascii: ",")) else {
            return nil
        }
        let head = url[url.index(url.startIndex, offsetBy: 5)..<comma]
        let fields = head.split(separator: ";", omittingEmptySubsequences: false)
        guard let last = fields.last, fields.count > 1, last.lowercased() == "base64" else { return nil }
        let type = fields[0].isEmpty ? "text/plain" : String(fields[0])
        return (type, String(url[url.index(after: comma)...]))
    }

    /// A name for a document that came without one, where a wire wants it: the ending tells providers what it is.
    static func fileName(of type: String) -> String {
        switch type {
        case "application/pdf": "document.pdf"
        case "text/plain": "document.txt"
        case "text/csv": "document.csv"
        case "text/html": "document.html"
        case "text/markdown": "document.md"
        case "application/json": "document.json"
        default: "document"
        }
    }

    static func url(type: String, data: String) -> String { "data:\(type.isEmpty ? "application/octet-stream" : type);base64,\(data)" }
}
