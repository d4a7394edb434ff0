// SPDX-License-Identifier: Apache-2.0
import JSON

/// A call on its way to a client: what came of its arguments, and whether that is all.
struct MessagesStreamedCall {
    let number: Int
    let id: String
    let name: String
    /// Its arguments are text; they become the member `input` of an object, piece by piece.
    let isFreeForm: Bool
    /// States that belong to it, sealed.
    var seals: [String] = []
    private(set) var isClosed = false
    private var held: [String] = []
    private var hasBegun = false
    private var depth = 0
    private var isInString = false
    private var isEscaped = false

    init(number: Int, id: String, name: String, isFreeForm: Bool) {
        self.number = number
        self.id = id
        self.name = name
        self.isFreeForm = isFreeForm
    }

    /// The arguments that came are a whole object.
    var isWhole: Bool { !isFreeForm && hasBegun && depth == 0 && !isInString }

    /// - Returns: What the client is to get of a piece of the arguments.
    mutating func take(_ text: String) -> String {
        if isFreeForm {
            var piece: [UInt8] = []
            piece.quote(text)
            let inner = String(decoding: piece.dropFirst().dropLast(), as: UTF8.self)
            defer { hasBegun = true }
            return hasBegun ? inner : #"{"input":""# + inner
        }
        for byte in text.utf8 { follow(byte) }
        return text
    }

    private mutating func follow(_ byte: UInt8) {
        if isInString {
            if isEscaped {
                isEscaped = false
            } else if byte == UInt8(ascii: "\\") {
                isEscaped = true
            } else if byte == UInt8(ascii: "\"") {
                isInString = false
            }
            return
        }
        switch byte {
        case UInt8(ascii: "\""): isInString = true
        case UInt8(ascii: "{"), UInt8(ascii: "["):
            depth += 1
            hasBegun = true
        case UInt8(ascii: "}"), UInt8(ascii: "]"): depth -= 1
        default: break
        }
    }

    mutating func hold(_ piece: String) { held.append(piece) }

    mutating func takeHeld() -> [String] {
        defer { held = [] }
        return held
    }

    /// - Returns: What is missing to make the arguments whole, where they are ours to make.
    mutating func close() -> String? {
        isClosed = true
        guard isFreeForm else { return nil }
        return hasBegun ? #""}"# : #"{"input":""}"#
    }
}
