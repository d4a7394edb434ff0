// SPDX-License-Identifier: Apache-2.0

/// An error object as rules look at it.
struct Evidence {
    private let provider: [UInt8]
    /// `nil` for success statuses too.
    let status: Int?
    /// Code, type and detail reasons, each reduced to lower-case letters and digits.
    let names: [[UInt8]]
    let wording: Wording

    init(_ error: ErrorObject) {
        provider = Array(error.provider.rawValue.utf8)
        let hasName = error.code != nil || error.type != nil || !error.detailReasons.isEmpty
        let told = error.status.flatMap { (200..<300).contains($0) ? nil : $0 }
        let isProse = told == nil && !hasName && Evidence.isProse(error.message ?? "")
        var wording = Wording(isProse ? "" : error.message ?? "")
        // Where a value is refused, it may be quoted: words of the client's, or of its users.
        if told == 400 || told == 422 || told == nil { wording.dropQuotations() }
        self.wording = wording
        var names: [[UInt8]] = []
        if let code = error.code { names.append(Evidence.reduced(code)) }
        if let type = error.type { names.append(Evidence.reduced(type)) }
        for reason in error.detailReasons { names.append(Evidence.reduced(reason)) }
        self.names = names
        status = told ?? Evidence.status(names) ?? StatusInWords.find(wording)
    }

    /// Nothing was said, neither in words nor by a name.
    var isSilent: Bool { wording.bytes.isEmpty && names.isEmpty }

    /// Words with no structure around them that are longer than error messages are: they may be about anything.
    private static func isProse(_ text: String) -> Bool { text.utf8.count > 600 || text.contains("\n\n") }

    private static func reduced(_ name: String) -> [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(min(name.utf8.count, 256))
        for byte in name.utf8.prefix(256) {
            switch byte {
            case UInt8(ascii: "A")...UInt8(ascii: "Z"): bytes.append(byte | 0x20)
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "0")...UInt8(ascii: "9"), 0x80...: bytes.append(byte)
            default: break
            }
        }
        return bytes
    }

    /// A code that is an HTTP status.
    private static func status(_ names: [[UInt8]]) -> Int? {
        for name in names where name.count == 3 && name.allSatisfy({ (0x30...0x39).contains($0) }) {
            let number = name.reduce(0) { $0 * 10 + Int($1 - 0x30) }
            if (400..<600).contains(number) { return number }
        }
        return nil
    }

    /// Whether the provider is `name` or a variant of it, such as `minimax-portal`.
    func isProvider(_ name: [UInt8]) -> Bool {
        guard provider.count >= name.count else { return false }
        for place in name.indices where provider[place] != name[place] { return false }
        return provider.count == name.count || provider[name.count] == UInt8(ascii: "-")
    }
}
