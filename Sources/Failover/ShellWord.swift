// SPDX-License-Identifier: Apache-2.0

/// Names in commands that people paste into a shell.
public enum ShellWord {
    /// `text` as one word: as it is if it has nothing that a shell reads, else in single quotes (POSIX, XCU §2.2.2).
    public static func quoted(_ text: String) -> String {
        let isPlain =
            !text.isEmpty
            && text.utf8.allSatisfy { byte in
                switch byte {
                case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "0")...UInt8(ascii: "9"):
                    true
                default: "-_./:@%+,".utf8.contains(byte)
                }
            }
        if isPlain { return text }
        return "'" + text.split(separator: "'", omittingEmptySubsequences: false).joined(separator: "'\\''") + "'"
    }

    /// The same, where a leading dash would be read as a flag.
    public static func operand(_ text: String) -> String { (text.hasPrefix("-") ? "-- " : "") + quoted(text) }
}
