// SPDX-License-Identifier: Apache-2.0

/// White space at the seam: what the client has at its end, and what a candidate says in that place.
enum SeamSpace {
    /// What of `said` has to follow, if the client has `sent` there already. Line breaks that are more stay, and so does indentation
    /// that is deeper.
    static func rest(of said: ArraySlice<UInt8>, after sent: ArraySlice<UInt8>) -> ArraySlice<UInt8> {
        if said.starts(with: sent) { return said.dropFirst(sent.count) }
        let had = sent.count { $0 == newline }
        let has = said.count { $0 == newline }
        if has > had { return behind(had, said) }
        if has == 0, had > 0 { return said.suffix(0) }
        let indent = behind(has, said)
        let sentIndent = behind(had, sent)
        return indent.starts(with: sentIndent) ? indent.dropFirst(sentIndent.count) : indent.suffix(0)
    }

    /// Whether more of the candidate's white space could change what has to follow.
    static func isOpen(_ said: ArraySlice<UInt8>, after sent: ArraySlice<UInt8>) -> Bool {
        said.count < sent.count || !said.starts(with: sent)
    }

    static let newline = UInt8(ascii: "\n")

    /// What stands behind the first `count` line breaks.
    private static func behind(_ count: Int, _ text: ArraySlice<UInt8>) -> ArraySlice<UInt8> {
        var left = count
        var start = text.startIndex
        while left > 0, start < text.endIndex {
            if text[start] == newline { left -= 1 }
            start += 1
        }
        return text[start...]
    }
}
