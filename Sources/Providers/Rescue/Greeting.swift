// SPDX-License-Identifier: Apache-2.0

/// What a candidate may say before it goes on, instead of going on at once: "Sure, here is the rest:".
enum Greeting {
    /// Bytes, in which a greeting must be over.
    static let limit = 160

    enum Found: Hashable, Sendable {
        case none
        /// It may become one.
        case pending
        /// - end: Where what follows begins.
        /// - isSure: It speaks of going on, and ends its line with a colon or dots.
        case one(end: Int, isSure: Bool)
    }

    /// - Parameter text: From where it would begin.
    static func find(in text: ArraySlice<UInt8>) -> Found {
        let dots = ellipsis(text)
        if text.count < 3, dots == text.count { return .pending }
        if dots > 0 { return text.count > dots ? .one(end: text.startIndex + dots, isSure: false) : .pending }
        let low = text.prefix(limit).map { 0x41...0x5A ~= $0 ? $0 | 0x20 : $0 }
        var begins = false
        for opening in openings {
            if low.count <= opening.count {
                if opening.starts(with: low) { return .pending }
            } else if low.starts(with: opening), Letters.begins(low[...], at: opening.count) || Letters.isIdeographic(low[...]) {
                begins = true
            }
        }
        guard begins else { return .none }
        return end(in: text)
    }

    private static func end(in text: ArraySlice<UInt8>) -> Found {
        for index in text.indices.prefix(limit) {
            let next = index + 1
            if text[index] == SeamSpace.newline { return .one(end: next, isSure: isSure(text[..<index])) }
            guard next < text.endIndex, text[next] == 0x20 || text[next] == 0x09 else { continue }
            if stops.contains(text[index]) || text[...index].suffix(3) == dotsSign[...] {
                return .one(end: next, isSure: false)
            }
        }
        return text.count < limit ? .pending : .none
    }

    private static func isSure(_ line: ArraySlice<UInt8>) -> Bool {
        var line = line
        while let last = line.last, Condensing.isSpace(last) || last == UInt8(ascii: "*") { line.removeLast() }
        guard line.last == UInt8(ascii: ":") || line.suffix(3) == dotsSign[...] || line.suffix(3) == [0x2E, 0x2E, 0x2E] else {
            return false
        }
        let low = String(decoding: line, as: UTF8.self).lowercased()
        return goingOn.contains { low.contains($0) }
    }

    /// Bytes of three dots or more at the beginning; fewer are only counted where nothing follows yet.
    private static func ellipsis(_ text: ArraySlice<UInt8>) -> Int {
        if text.starts(with: dotsSign) { return dotsSign.count }
        let dots = text.prefix { $0 == UInt8(ascii: ".") }.count
        return dots >= 3 || dots == text.count ? dots : 0
    }

    /// U+2026.
    private static let dotsSign: [UInt8] = [0xE2, 0x80, 0xA6]
    private static let stops = Set(".!:".utf8)

    private static let openings: [[UInt8]] = [
        "sure", "certainly", "of course", "absolutely", "okay", "ok", "alright", "all right", "got it", "understood", "no problem",
        "apologies", "sorry", "my apologies", "i apologize", "continuing", "continued", "to continue", "let me continue", "i'll continue",
        "i will continue", "let's continue", "here is", "here's", "here are", "here we go", "resuming", "picking up", "as requested",
        "(continuing", "(continued", "[continuing", "[continued", "**continuing", "**continued",
        "voici", "bien sûr", "d'accord", "claro", "por supuesto", "aquí", "natürlich", "gerne", "hier ist", "hier geht", "certo", "ecco",
        "当然", "好的", "以下是", "继续", "続き", "はい", "물론", "네,",
    ].map { Array($0.utf8) }

    private static let goingOn = [
        "continu", "left off", "the rest", "remain", "resum", "picking up", "pick up", "cut off", "interrupted", "la suite", "el resto",
        "weiter", "der rest", "继续", "续", "続き", "계속",
    ]
}
