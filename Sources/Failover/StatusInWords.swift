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
    private static let followers: [Int: [String]] = [
        400: ["bad request"], 401: ["unauthorized"], 402: ["payment required"], 403: ["forbidden"], 404: ["not found"],
        408: ["request timeout"], 410: ["gone"], 413: ["request entity too large", "payload too large", "content too large"],
        422: ["unprocessable"], 429: ["too many requests"], 500: ["internal server error"], 502: ["bad gateway"],
        503: ["service unavailable"], 504: ["gateway timeout"], 529: ["overloaded", "site is overloaded"],
    ]

    static func find(_ wording: borrowing Wording) -> Int? {
        let text = wording.bytes
        guard text.count >= 3 else { return nil }
        for place in 0...(text.count - 3) {
            guard let status = number(text, at: place) else { continue }
            let end = place + 3
            if place == 0 && isFollowed(text, status, from: end) { return status }
            let isOpened = openings.contains { opening in
                place >= opening.count && text[(place - opening.count)..<place].elementsEqual(opening)
            }
            if isOpened && isClosed(text, from: end) { return status }
            if end == text.count && place >= 9 && text[(place - 9)..<place].elementsEqual("returned ".utf8) { return status }
        }
        return nil
    }

    /// 400 to 599, not part of a longer number or word.
    private static func number(_ text: [UInt8], at place: Int) -> Int? {
        let digits = text[place..<(place + 3)]
        guard digits.allSatisfy({ (0x30...0x39).contains($0) }) else { return nil }
        if place > 0 && isWord(text[place - 1]) { return nil }
        if place + 3 < text.count && isWord(text[place + 3]) { return nil }
        let value = digits.reduce(0) { $0 * 10 + Int($1 - 0x30) }
        return (400..<600).contains(value) ? value : nil
    }

    private static func isFollowed(_ text: [UInt8], _ status: Int, from end: Int) -> Bool {
        let rest = text[end...]
        if rest.isEmpty || rest.first == UInt8(ascii: ":") || rest.starts(with: " status code".utf8) { return true }
        return followers[status]?.contains { rest.dropFirst().starts(with: $0.utf8) } ?? false
    }

    /// Prose goes on with a word; what a program writes ends, or goes on with a mark.
    private static func isClosed(_ text: [UInt8], from end: Int) -> Bool {
        guard end < text.count else { return true }
        if text[end] != 0x20 { return true }
        return end + 1 < text.count
            && (!isWord(text[end + 1]) || followers.values.joined().contains { text[(end + 1)...].starts(with: $0.utf8) })
    }

    private static func isWord(_ byte: UInt8) -> Bool {
        (0x30...0x39).contains(byte) || (0x61...0x7A).contains(byte) || byte == UInt8(ascii: "_") || byte == UInt8(ascii: "-")
    }
}
