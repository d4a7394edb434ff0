// SPDX-License-Identifier: Apache-2.0

/// `${NAME}` in texts, as OpenClaw has it: `NAME` is upper case, digits and `_`, and does not begin with a digit. Anything else stays as it
/// is, and `$${NAME}` is the way to write `${NAME}` itself.
enum Substitution {
    /// Bytes of the result; variables repeated could make far more of a small file.
    static let limit = 64 << 10

    enum Outcome: Hashable {
        case text(String)
        /// The first variable that is not set, or empty.
        case missing(String)
        case tooLong
    }

    static func apply(to text: String, variables: [String: String]) -> Outcome {
        guard text.utf8.contains(UInt8(ascii: "$")) else { return text.utf8.count <= limit ? .text(text) : .tooLong }
        let bytes = Array(text.utf8)
        var result: [UInt8] = []
        var position = 0
        while position < bytes.count {
            guard result.count <= limit else { return .tooLong }
            let isEscaped = bytes[position...].starts(with: [UInt8(ascii: "$"), UInt8(ascii: "$"), UInt8(ascii: "{")])
            let start = isEscaped ? position + 1 : position
            guard let name = name(in: bytes, at: start) else {
                result.append(bytes[position])
                position += 1
                continue
            }
            let end = start + name.count + 3
            if isEscaped {
                result += bytes[start..<end]
            } else {
                let name = String(decoding: name, as: UTF8.self)
                guard let value = variables[name], !value.isEmpty else { return .missing(name) }
                result += value.utf8
            }
            position = end
        }
        return result.count <= limit ? .text(String(decoding: result, as: UTF8.self)) : .tooLong
    }

    /// The name in the `${NAME}` that begins at `start`.
    private static func name(in bytes: [UInt8], at start: Int) -> ArraySlice<UInt8>? {
        guard bytes[start...].starts(with: [UInt8(ascii: "$"), UInt8(ascii: "{")]) else { return nil }
        let from = start + 2
        var end = from
        while end < bytes.count, isNameByte(bytes[end], first: end == from) { end += 1 }
        guard end > from, end < bytes.count, bytes[end] == UInt8(ascii: "}") else { return nil }
        return bytes[from..<end]
    }

    private static func isNameByte(_ byte: UInt8, first: Bool) -> Bool {
        switch byte {
        case UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "_"): true
        case UInt8(ascii: "0")...UInt8(ascii: "9"): !first
        default: false
        }
    }
}
