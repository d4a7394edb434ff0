// SPDX-License-Identifier: Apache-2.0
import JSON

/// What OpenAI and those after it look for before they hold an answer to JSON without a schema: `'messages' must contain the word 'json' in
/// some form, to use 'response_format' of type 'json_object'`. Other APIs want no such word, so their clients do not say it.
enum JSONInstruction {
    /// Needs no escapes.
    static let text = "Answer with one JSON object and nothing else."

    /// Whether the word stands nowhere in `value`, in whatever case.
    static func isMissing(in value: JSONSlice, of bytes: RawSpan) -> Bool {
        var matched = 0
        for position in value.range {
            let low = bytes.unsafeLoad(fromByteOffset: position, as: UInt8.self) | 0x20
            matched = low == word[matched] ? matched + 1 : low == word[0] ? 1 : 0
            if matched == word.count { return false }
        }
        return true
    }

    private static let word = Array("json".utf8)
}
