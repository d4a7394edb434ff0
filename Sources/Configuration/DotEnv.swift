// SPDX-License-Identifier: Apache-2.0

/// A `.env` file: `NAME=value` a line.
///
/// `export ` may stand before the name, white space around name and value does not count, `#` at the start of a line or after
/// white space begins a comment. In `'…'` a value stands as it is; in `"…"` `\n`, `\r`, `\t`, `\"`, `\\` and `\$` are read; quoted
/// values may go over several lines. Nothing is substituted. Of a name that comes twice the last value counts.
struct DotEnv {
    /// In the order of the file.
    var variables: [(name: String, value: String)] { order.compactMap { name in values[name].map { (name, $0) } } }
    /// What was left out, with the line it stands in, from 1.
    private(set) var problems: [Problem] = []
    private var values: [String: String] = [:]
    private var order: [String] = []

    struct Problem: Hashable {
        var line: Int
        var text: String
    }

    /// Bytes of a file.
    static let fileLimit = 1 << 20
    /// Bytes of a value.
    static let valueLimit = 64 << 10
    private static let variableLimit = 10_000
    private static let problemLimit = 20

    init(_ bytes: [UInt8]) {
        guard bytes.count <= Self.fileLimit else {
            problems = [Problem(line: 1, text: "the file is bigger than 1 MB and is not read")]
            return
        }
        var reader = Reader(bytes: bytes)
        while let found = reader.next() {
            switch found {
            case .variable(let name, let value):
                if values[name] == nil {
                    guard order.count < Self.variableLimit else { continue }
                    order.append(name)
                }
                values[name] = value
            case .problem(var problem):
                if problems.count == Self.problemLimit - 1 { problem.text += ", as are many; the rest of the file is not read" }
                problems.append(problem)
                // A line that cannot be read may have cost a long look for its end.
                guard problems.count < Self.problemLimit else { return }
            }
        }
    }
}

private struct Reader {
    enum Found {
        case variable(String, String)
        case problem(DotEnv.Problem)
    }

    let bytes: [UInt8]
    var position = 0
    var line = 1

    init(bytes: [UInt8]) {
        self.bytes = bytes
        if bytes.starts(with: [0xEF, 0xBB, 0xBF]) { position = 3 }
    }

    mutating func next() -> Found? {
        while true {
            skip(while: { $0 == 0x20 || $0 == 0x09 })
            guard let byte = peek else { return nil }
            if byte == 0x0A || byte == 0x0D {
                endLine()
            } else if byte == UInt8(ascii: "#") {
                skipLine()
            } else {
                return statement()
            }
        }
    }

    private mutating func statement() -> Found {
        let start = line
        func problem(_ text: String) -> Found { .problem(DotEnv.Problem(line: start, text: text)) }
        var name = word()
        if name == "export", peek == 0x20 || peek == 0x09 {
            skip(while: { $0 == 0x20 || $0 == 0x09 })
            name = word()
        }
        skip(while: { $0 == 0x20 || $0 == 0x09 })
        guard !name.isEmpty, name.utf8.first.map({ !(0x30...0x39).contains($0) }) == true, peek == UInt8(ascii: "=") else {
            skipLine()
            return problem("this is not NAME=value")
        }
        position += 1
        skip(while: { $0 == 0x20 || $0 == 0x09 })
        let value: [UInt8]
        if let quote = peek, quote == UInt8(ascii: "'") || quote == UInt8(ascii: "\"") || quote == UInt8(ascii: "`") {
            guard let quoted = quoted(quote) else {
                skipLine()
                return problem("the quote that begins the value of \(name) does not end")
            }
            value = quoted
            let rest = restOfLine()
            guard rest.isEmpty || rest.first == UInt8(ascii: "#") else { return problem("something follows the quoted value of \(name)") }
        } else {
            value = plain()
        }
        guard value.count <= DotEnv.valueLimit else { return problem("the value of \(name) is longer than 64 KB") }
        guard !value.contains(0), let text = String(validating: value, as: UTF8.self) else {
            return problem("the value of \(name) is not UTF-8 text")
        }
        return .variable(name, text)
    }

    /// Until the end of the line or a comment, without white space at its end.
    private mutating func plain() -> [UInt8] {
        let start = position
        while let byte = peek, byte != 0x0A, byte != 0x0D {
            let isAfterSpace = position == start || bytes[position - 1] == 0x20 || bytes[position - 1] == 0x09
            if byte == UInt8(ascii: "#"), isAfterSpace { break }
            position += 1
        }
        var end = position
        while end > start, bytes[end - 1] == 0x20 || bytes[end - 1] == 0x09 { end -= 1 }
        let value = Array(bytes[start..<end])
        skipLine()
        return value
    }

    /// `nil` without moving if the quote is never closed.
    private mutating func quoted(_ quote: UInt8) -> [UInt8]? {
        var value: [UInt8] = []
        var place = position + 1
        var lines = 0
        while place < bytes.count, value.count <= DotEnv.valueLimit {
            let byte = bytes[place]
            if byte == quote {
                position = place + 1
                line += lines
                return value
            }
            if byte == UInt8(ascii: "\\"), quote == UInt8(ascii: "\""), place + 1 < bytes.count,
                let escaped = Self.escapes[bytes[place + 1]]
            {
                value.append(escaped)
                place += 2
                continue
            }
            if byte == 0x0A { lines += 1 }
            value.append(byte)
            place += 1
        }
        return nil
    }

    private static let escapes: [UInt8: UInt8] = [
        UInt8(ascii: "n"): 0x0A, UInt8(ascii: "r"): 0x0D, UInt8(ascii: "t"): 0x09, UInt8(ascii: "\""): UInt8(ascii: "\""),
        UInt8(ascii: "\\"): UInt8(ascii: "\\"), UInt8(ascii: "$"): UInt8(ascii: "$"),
    ]

    private var peek: UInt8? { position < bytes.count ? bytes[position] : nil }

    private mutating func word() -> String {
        let start = position
        skip { byte in
            switch byte {
            case 0x41...0x5A, 0x61...0x7A, 0x30...0x39, UInt8(ascii: "_"): true
            default: false
            }
        }
        return String(decoding: bytes[start..<position], as: UTF8.self)
    }

    private mutating func skip(while isSkipped: (UInt8) -> Bool) {
        while let byte = peek, isSkipped(byte) { position += 1 }
    }

    private mutating func restOfLine() -> ArraySlice<UInt8> {
        skip(while: { $0 == 0x20 || $0 == 0x09 })
        let start = position
        skip(while: { $0 != 0x0A && $0 != 0x0D })
        let rest = bytes[start..<position]
        endLine()
        return rest
    }

    private mutating func skipLine() { _ = restOfLine() }

    private mutating func endLine() {
        guard let byte = peek else { return }
        position += 1
        if byte == 0x0D, peek == 0x0A { position += 1 }
        line += 1
    }
}
