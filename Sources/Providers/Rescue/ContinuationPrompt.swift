// SPDX-License-Identifier: Apache-2.0
import JSON

/// How a candidate is asked in words to go on with an answer that stands before it as its own, on every wire.
///
/// It is to say the last words again: they show where it goes on, and are left out at the seam.
enum ContinuationPrompt {
    /// For an answer of which nothing is known but that it stands there. Needs no escapes.
    static let general = "Go on exactly where your last message ends, and repeat nothing of it."

    /// - Parameters:
    ///   - answer: What the client has of it; not empty.
    ///   - form: What the whole is to be, where the request can not say so any more.
    static func text(after answer: String, form: Form? = nil) -> String {
        var text: [UInt8] = []
        text.append("Your last message broke off. Begin with its last words, " as StaticString)
        text.quote(anchor(of: answer))
        text.append(rest)
        switch form {
        case nil: break
        case .json: text.append(document + ".")
        case .schema(let schema):
            text.append(document + ", that follows this schema: ")
            text += schema
        }
        return String(decoding: text, as: UTF8.self)
    }

    private static let rest = """
        , letter by letter, and go straight on from there to the end of the answer. Do not comment on this, do not greet, do not begin anew.
        """

    private static let document = " Both parts together have to be one JSON document, without a code fence"

    enum Form: Hashable, Sendable {
        case json
        /// As the request has it.
        case schema([UInt8])
    }

    /// Characters of the answer that are to be said again.
    private static let length = 32

    /// The last words, from the beginning of a word where there is one.
    static func anchor(of answer: String) -> String {
        let tail = answer.unicodeScalars.suffix(length)
        guard tail.count == length, let space = tail.firstIndex(where: \.properties.isWhitespace) else { return String(tail) }
        let words = tail[tail.index(after: space)...]
        return words.contains { !$0.properties.isWhitespace } ? String(words) : String(tail)
    }
}
