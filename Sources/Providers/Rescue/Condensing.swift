// SPDX-License-Identifier: Apache-2.0

/// How white space counts when text is compared: any as one space, or none at all where it is JSON.
struct Condensing: Sendable {
    var dropsSpace: Bool
    private var wasSpace = true

    init(droppingSpace: Bool) { dropsSpace = droppingSpace }

    static func isSpace(_ byte: UInt8) -> Bool { byte == 0x20 || byte == 0x0A || byte == 0x0D || byte == 0x09 }

    /// - Returns: What is left of `byte`; `nil`: nothing.
    mutating func condense(_ byte: UInt8) -> UInt8? {
        guard Self.isSpace(byte) else {
            wasSpace = false
            return byte
        }
        defer { wasSpace = true }
        return wasSpace || dropsSpace ? nil : 0x20
    }

    /// All of `text`, without white space at its ends.
    static func all(_ text: ArraySlice<UInt8>, droppingSpace: Bool) -> [UInt8] {
        var condensing = Condensing(droppingSpace: droppingSpace)
        var output: [UInt8] = []
        output.reserveCapacity(text.count)
        for byte in text { if let left = condensing.condense(byte) { output.append(left) } }
        if output.last == 0x20 { output.removeLast() }
        return output
    }

    /// Where the first `length` condensed bytes of `text` end.
    static func end(of length: Int, in text: ArraySlice<UInt8>, droppingSpace: Bool) -> Int {
        var condensing = Condensing(droppingSpace: droppingSpace)
        var count = 0
        for (index, byte) in zip(text.indices, text) {
            if count == length { return index }
            if condensing.condense(byte) != nil { count += 1 }
        }
        return text.endIndex
    }
}
