// SPDX-License-Identifier: Apache-2.0

/// The HTTP status that an error's words tell, where the error has none: the last resort for text that went through an SDK.
///
/// `402 items found` tells none: a number counts only in the forms in which programs write a status.
enum StatusInWords {
    private static let openings = [
        "http ", "http/1.1 ", "status: ", "status code: ", "status code ", "error code: ", "error code ", "api error (", "got status: ",
        "(http ", "'status':", "\"status\":", "\"code\":", "http status ", "error ",
    ].map { Array($0.utf8) }

    /// What follows a status at the very beginning: its own reason phrase (RFC 9110 §15), or what SDKs write.
    private static let followers: [(status: Int, words: [[UInt8]])] = [
        (400, ["bad request"]), (401, ["unauthorized"]), (402, ["payment required"]), (403, ["forbidden"]), (404, ["not found"]),
        (408, ["request timeout"]), (410, ["gone"]), (413, ["request entity too large", "payload too large", "content too large"]),
        (422, ["unprocessable"]), (429, ["too many requests"]), (500, ["internal server error"]), (502, ["bad gateway"]),
        (503, ["service unavailable"]), (504, ["gateway timeout"]), (529, ["overloaded", "site is overloaded"]),
    ].map { ($0, $1.map { Array($0.utf8) }) }

    private static let returned = Array("returned ".utf8)
    private static let statusCode = Array(" status code".utf8)

    static func find(_ wording: borrowing Wording) -> Int? {
        let text = wording.bytes.span
        guard text.count >= 3 else { return nil }
        for place in 0...(text.count - 3) where text[place] == 0x34 || text[place] == 0x35 {
            guard let status = number(text, at: place) else { continue }
            let end = place + 3
            if place == 0 && isFollowed(text, status, from: end) { return status }
            let isOpened = openings.contains { place >= $0.count && stands($0, in: text, at: place - $0.count) }
            if isOpened && isClosed(text, from: end) { return status }
            if end == text.count && place >= returned.count && stands(returned, in: text, at: place - returned.count) { return status }
        }
        return nil
    }

    /// 400 to 599, not part of a longer number or word.
    private static func number(_ text: Span<UInt8>, at place: Int) -> Int? {
        guard (0x30...0x39).contains(text[place + 1]), (0x30...0x39).contains(text[place + 2]) else { return nil }
        if place > 0 && isWord(text[place - 1]) { return nil }
        if place + 3 < text.count && isWord(text[place + 3]) { return nil }
        return Int(text[place] - 0x30) * 100 + Int(text[place + 1] - 0x30) * 10 + Int(text[place + 2] - 0x30)
    }

    private static func isFollowed(_ text: Span<UInt8>, _ status: Int, from end: Int) -> Bool {
        if end == text.count || text[end] == UInt8(ascii: ":") || stands(statusCode, in: text, at: end) { return true }
        return followers.contains { $0.status == status && $0.words.contains { stands($0, in: text, at: end + 1) } }
    }

    /// Prose goes on with a word; what a program writes ends, or goes on with a mark.
    private static func isClosed(_ text: Span<UInt8>, from end: Int) -> Bool {
        guard end < text.count else { return true }
        if text[end] != 0x20 { return true }
        guard end + 1 < text.count else { return false }
        return !isWord(text[end + 1]) || followers.contains { $0.words.contains { stands($0, in: text, at: end + 1) } }
    }

    private static func stands(_ words: [UInt8], in text: Span<UInt8>, at start: Int) -> Bool {
        guard start + words.count <= text.count else { return false }
        for place in words.indices where text[start + place] != words[place] { return false }
        return true
    }

    private static func isWord(_ byte: UInt8) -> Bool { Wording.isWord(byte) || byte == UInt8(ascii: "_") || byte == UInt8(ascii: "-") }
}
