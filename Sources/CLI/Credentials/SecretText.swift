// SPDX-License-Identifier: Apache-2.0
import HTTP

/// What a person hands over as a key, token or password, looked at before it is kept: a slip is told now, and not by a provider's
/// 401 tomorrow. Pure.
enum SecretText {
    /// The most bytes of a secret. Tokens that carry claims have a few thousand.
    static let limit = 16 << 10

    /// Why a text is no secret, in words that never repeat it.
    struct Slip: Error, Hashable { var text: String }

    /// The secret without the white space around it.
    static func read(_ text: String) throws(Slip) -> Secret {
        let bytes = text.utf8.drop { isSpace($0) }
        let length = bytes.reversed().drop { isSpace($0) }.count
        let trimmed = String(Substring(bytes.prefix(length)))
        if let slip = slip(in: trimmed) { throw slip }
        return Secret(trimmed)
    }

    private static func isSpace(_ byte: UInt8) -> Bool { byte == 0x20 || (0x09...0x0D).contains(byte) }

    private static func slip(in text: String) -> Slip? {
        let bytes = text.utf8
        if bytes.isEmpty { return Slip(text: "it is empty") }
        if bytes.count > limit { return Slip(text: "it has \(bytes.count) bytes; no key has more than \(limit)") }
        if bytes.contains(0x0A) || bytes.contains(0x0D) { return Slip(text: "it has several lines; hand over the key alone, in one line") }
        if bytes.contains(where: { $0 < 0x20 || $0 == 0x7F }) {
            return Slip(text: "it has control characters, such as a tab or the traces of an arrow key; paste it again")
        }
        if bytes.contains(where: { $0 >= 0x80 }) {
            return Slip(
                text: text.contains("…") || text.contains("•")
                    ? "it is a shortened key, as pages and logs show them; copy the whole one"
                    : "it has characters other than ASCII, which no key has; copy it from where it was made")
        }
        return slipInWords(text)
    }

    private static func slipInWords(_ text: String) -> Slip? {
        let lower = text.lowercased()
        if lower.hasPrefix("bearer ") || lower.hasPrefix("authorization:") || lower.hasPrefix("x-api-key:") {
            return Slip(text: "it is a whole header; hand over only what stands behind the header's name and \"Bearer\"")
        }
        if let first = text.first, let last = text.last, "\"'`".contains(first) || "\"'`".contains(last) {
            return Slip(text: "it has quotation marks around it; leave them out")
        }
        if text.hasPrefix("$") { return Slip(text: "it is a variable's name, which the shell has not filled in; use env:NAME instead") }
        if let equals = text.firstIndex(of: "="), isVariable(text[..<equals]) {
            return Slip(text: "it is a whole assignment; hand over only what stands behind the =")
        }
        if text.utf8.contains(0x20) { return Slip(text: "it has spaces inside; hand over the key alone") }
        if lower.hasPrefix("http://") || lower.hasPrefix("https://") { return Slip(text: "it is an address, not a key") }
        if isMail(text) { return Slip(text: "it is an e-mail address, not a key") }
        if text.contains("...") || text.contains("***") {
            return Slip(text: "it is a shortened key, as pages and logs show them; copy the whole one")
        }
        return nil
    }

    /// `OPENAI_API_KEY`, `export OPENAI_API_KEY`. Keys that end in `=` are base64 and have small letters or no underscore.
    private static func isVariable(_ text: Substring) -> Bool {
        let name = text.hasPrefix("export ") ? text.dropFirst(7) : text
        guard let first = name.utf8.first, (0x41...0x5A).contains(first), name.utf8.contains(UInt8(ascii: "_")) else { return false }
        return name.utf8.allSatisfy { (0x41...0x5A).contains($0) || (0x30...0x39).contains($0) || $0 == UInt8(ascii: "_") }
    }

    private static func isMail(_ text: String) -> Bool {
        let parts = text.split(separator: "@", omittingEmptySubsequences: false)
        guard parts.count == 2, !parts[0].isEmpty, let dot = parts[1].lastIndex(of: ".") else { return false }
        let end = parts[1][parts[1].index(after: dot)...]
        return dot != parts[1].startIndex && end.count >= 2 && end.allSatisfy(\.isLetter)
    }
}
