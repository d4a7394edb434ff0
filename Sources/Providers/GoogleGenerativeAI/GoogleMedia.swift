// SPDX-License-Identifier: Apache-2.0
import JSON

/// `inlineData` and `fileData` to and from neutral media (https://ai.google.dev/gemini-api/docs/file-input-methods).
enum GoogleMedia {
    static func kind(of mimeType: String) -> Media.Kind {
        let type = mimeType.lowercased()
        if type.hasPrefix("image/") { return .image }
        if type.hasPrefix("audio/") { return .audio }
        if type.hasPrefix("video/") { return .video }
        return .document
    }

    static func inline(_ blob: JSONSlice, in bytes: RawSpan) -> Media {
        let mimeType = blob.google("mimeType", in: bytes)?.string(in: bytes) ?? ""
        let data = blob.google("data", in: bytes)?.string(in: bytes) ?? ""
        let name = blob.google("displayName", in: bytes)?.string(in: bytes)
        if mimeType == "text/plain", let text = Base64.decode(data).flatMap({ String(validating: $0, as: UTF8.self) }) {
            return Media(.document, .text(text), mimeType: mimeType, fileName: name)
        }
        return Media(kind(of: mimeType), .data(data), mimeType: mimeType, fileName: name)
    }

    static func file(_ file: JSONSlice, in bytes: RawSpan) -> Media {
        let uri = file.google("fileUri", in: bytes)?.string(in: bytes) ?? ""
        let mimeType = file.google("mimeType", in: bytes)?.string(in: bytes) ?? ""
        let kind = mimeType.isEmpty ? kind(ofURL: uri) : kind(of: mimeType)
        return Media(kind, isKept(uri) ? .file(uri) : .url(uri), mimeType: mimeType)
    }

    /// Whether a URI names something in one Google account: a file that was uploaded, or a place in Cloud Storage.
    static func isKept(_ uri: String) -> Bool {
        uri.hasPrefix("gs://") || uri.hasPrefix("files/") || uri.hasPrefix("https://generativelanguage.googleapis.com/")
    }

    private static func kind(ofURL url: String) -> Media.Kind {
        url.contains("youtube.com/") || url.contains("youtu.be/") ? .video : kind(of: mimeType(ofURL: url) ?? "")
    }

    // MARK: Types

    /// What Google has to be told and others leave out: the medium's type, from what it is and how it begins or ends.
    static func mimeType(of media: Media) -> String {
        if !media.mimeType.isEmpty { return media.mimeType }
        switch media.source {
        case .data(let data):
            for (start, type) in beginnings where data.hasPrefix(start) { return type }
        case .url(let url), .file(let url):
            if let type = mimeType(ofURL: url) { return type }
        case .text: return "text/plain"
        }
        switch media.kind {
        case .image: return "image/jpeg"
        case .document: return "application/pdf"
        case .audio: return "audio/mpeg"
        case .video: return "video/mp4"
        }
    }

    /// How base64 of these types begins.
    private static let beginnings = [
        ("iVBOR", "image/png"), ("/9j/", "image/jpeg"), ("R0lG", "image/gif"), ("UklGR", "image/webp"), ("JVBER", "application/pdf"),
        ("SUQz", "audio/mpeg"), ("T2dnUw", "audio/ogg"), ("ZkxhQw", "audio/flac"),
    ]

    private static func mimeType(ofURL url: String) -> String? {
        let path = url.split(whereSeparator: { $0 == "?" || $0 == "#" }).first ?? ""
        guard let dot = path.lastIndex(of: "."), path.distance(from: dot, to: path.endIndex) <= 5 else { return nil }
        return endings[path[path.index(after: dot)...].lowercased()]
    }

    private static let endings = [
        "png": "image/png", "jpg": "image/jpeg", "jpeg": "image/jpeg", "gif": "image/gif", "webp": "image/webp", "heic": "image/heic",
        "heif": "image/heif", "pdf": "application/pdf", "txt": "text/plain", "md": "text/markdown", "html": "text/html", "csv": "text/csv",
        "json": "application/json", "mp3": "audio/mpeg", "wav": "audio/wav", "ogg": "audio/ogg", "flac": "audio/flac", "m4a": "audio/mp4",
        "mp4": "video/mp4", "mov": "video/quicktime", "webm": "video/webm", "mpeg": "video/mpeg", "avi": "video/x-msvideo",
    ]

    // MARK: Writing

    /// Appends `"inlineData":{…}` or `"fileData":{…}`.
    ///
    /// - Returns: What this is lost as; `nil`: it was appended.
    static func append(_ media: Media, takesURLs: Bool = true, to output: inout [UInt8]) -> Feature? {
        switch media.source {
        case .data(let data):
            appendInline(mimeType(of: media), data, to: &output)
        case .text(let text): appendInline(mimeType(of: media), Base64.encode(Array(text.utf8)), to: &output)
        case .url(let url) where url.hasPrefix("data:"):
            guard let (type, data) = dataURL(url) else { return lostURL(media) }
            appendInline(type.isEmpty ? mimeType(of: media) : type, data, to: &output)
        case .url(let url):
            guard takesURLs || isKept(url) else { return lostURL(media) }
            appendFile(mimeType(of: media), url, to: &output)
        case .file(let file):
            guard isKept(file) else { return .fileID }
            appendFile(media.mimeType, file, to: &output)
        }
        return nil
    }

    private static func lostURL(_ media: Media) -> Feature {
        switch media.kind {
        case .image: .imageURL
        case .document: .documentURL
        case .audio: .audioInput
        case .video: .videoInput
        }
    }

    private static func appendInline(_ mimeType: String, _ data: String, to output: inout [UInt8]) {
        output.key("inlineData")
        output.append("{")
        output.member("mimeType", mimeType)
        output.member("data", data)
        output.append("}")
    }

    private static func appendFile(_ mimeType: String, _ uri: String, to output: inout [UInt8]) {
        output.key("fileData")
        output.append("{")
        if !mimeType.isEmpty { output.member("mimeType", mimeType) }
        output.member("fileUri", uri)
        output.append("}")
    }

    /// `data:image/png;base64,…` (RFC 2397) as its type and its data.
    private static func dataURL(_ url: String) -> (type: String, data: String)? {
        guard let comma = url.firstIndex(of: ",") else { return nil }
        let head = url[url.index(url.startIndex, offsetBy: 5)..<comma]
        guard head.hasSuffix(";base64") else { return nil }
        return (String(head.split(separator: ";", omittingEmptySubsequences: false).first ?? ""), String(url[url.index(after: comma)...]))
    }
}
