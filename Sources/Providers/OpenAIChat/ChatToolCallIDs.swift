// SPDX-License-Identifier: Apache-2.0
import JSON

/// Tool-call ids that a stricter route takes. A conversation that another provider began has that provider's ids, and each is one
/// name in two places: where the model called (`tool_calls[].id`) and where the result stands (`tool_call_id`).
enum ChatToolCallIDs {
    /// - Parameter length: How long each id has to be; `nil`: 40 at most.
    static func normalise(exactly length: Int?, _ index: JSONIndex, _ bytes: RawSpan, _ edits: inout BodyEdits) {
        var places: [(range: Range<Int>, id: String)] = []
        ChatRepairs.forEachMessage(index, bytes) { message in
            message.forEachMember(in: bytes) { key, value in
                if JSONText.equals(key, "tool_call_id", in: bytes) {
                    note(value)
                } else if JSONText.equals(key, "tool_calls", in: bytes) {
                    value.forEachElement(in: bytes) { call in
                        call.forEachMember(in: bytes) { key, value in
                            if JSONText.equals(key, "id", in: bytes) { note(value) }
                            return true
                        }
                        return places.count <= limit
                    }
                }
                return true
            }
            return places.count <= limit
        }
        func note(_ value: JSONSlice) {
            if places.count <= limit, let id = value.string(in: bytes) { places.append((value.range, id)) }
        }
        // So few letters could not tell them apart.
        guard places.count <= limit, (length ?? 9) >= 6 else { return }
        var names = Names(length: length, keeping: places.map(\.id))
        for (range, id) in places where !names.fits(id) { edits.replace(range, with: Array("\"\(names.name(for: id))\"".utf8)) }
    }

    /// Ids of one conversation at most.
    private static let limit = 10_000

    private struct Names {
        private let length: Int?
        private var spellings = StableSpellings()

        init(length: Int?, keeping ids: [String]) {
            self.length = length
            for id in ids where fits(id) { spellings.keep(id) }
        }

        func fits(_ id: String) -> Bool {
            let isLong = length.map { id.utf8.count == $0 } ?? (1...40).contains(id.utf8.count)
            return isLong && id.utf8.allSatisfy(ChatToolCallIDs.letters.contains)
        }

        mutating func name(for id: String) -> String {
            let length = length ?? 9
            return spellings.spelling(of: id) { Self.spell(id, $0, length: length) }
        }

        /// As many letters and digits as are asked for, else nine, which every route takes that is known: Mistral wants nine.
        private static func spell(_ id: String, _ salt: UInt64, length: Int) -> String {
            var hash = StableHash.of(id.utf8, salt: salt)
            var text: [UInt8] = []
            for position in 0..<length {
                // 62^9 is within 64 bits; what is longer goes on with another hash.
                if position > 0 && position % 9 == 0 { hash = StableHash.of(id.utf8, salt: salt &+ UInt64(position) << 32) }
                text.append(ChatToolCallIDs.letters[Int(hash % 62)])
                hash /= 62
            }
            return String(decoding: text, as: UTF8.self)
        }
    }

    /// A letter or digit, or one of the two signs that all but the strictest take.
    static func isPlain(_ letter: UInt8, strictly: Bool) -> Bool {
        switch letter {
        case 0x30...0x39, 0x41...0x5A, 0x61...0x7A: true
        case UInt8(ascii: "_"), UInt8(ascii: "-"): !strictly
        default: false
        }
    }

    private static let letters = Array("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz".utf8)
}
