// SPDX-License-Identifier: Apache-2.0
import JSON

/// A piece of a message, asked or answered.
public enum Part: Hashable, Sendable {
    case text(Text)
    /// What the model said instead of an answer.
    case refusal(String)
    case media(Media)
    case thinking(Thinking)
    case toolCall(ToolCall)
    case toolResult(ToolResult)
    /// A provider's own: a server-side tool's call or result, a reference to something it keeps. Only its name crosses, into the list of
    /// what was lost.
    case foreign(String)

    public static func text(_ text: String) -> Part { .text(Text(text)) }
}

public struct Text: Hashable, Sendable {
    public var text: String
    /// Where the model has it from.
    public var citations: [Citation]
    /// What Google hangs onto a piece of text of its thinking models.
    public var state: ProviderState?

    public init(_ text: String, citations: [Citation] = [], state: ProviderState? = nil) {
        self.text = text
        self.citations = citations
        self.state = state
    }
}

/// A source of a piece of text: a page of the web. Ranges count characters (Unicode scalars) of the whole reply's text.
public struct Citation: Hashable, Sendable {
    public var url: String
    public var title: String?
    public var quoted: String?
    public var start: Int?
    public var end: Int?

    public init(url: String, title: String? = nil, quoted: String? = nil, start: Int? = nil, end: Int? = nil) {
        self.url = url
        self.title = title
        self.quoted = quoted
        self.start = start
        self.end = end
    }
}

/// An image, a document, sound or film.
public struct Media: Hashable, Sendable {
    public enum Kind: Hashable, Sendable { case image, document, audio, video }

    public enum Source: Hashable, Sendable {
        /// Base64, as written.
        case data(String)
        case url(String)
        /// An id of something kept in one account: it means nothing anywhere else.
        case file(String)
        /// A document that is plain text.
        case text(String)
    }

    public var kind: Kind
    public var source: Source
    /// Such as `image/png`; empty: unknown.
    public var mimeType: String
    public var fileName: String?
    /// How closely to look: `low`, `high`, `auto`, as the wire says it.
    public var detail: String?

    public init(_ kind: Kind, _ source: Source, mimeType: String = "", fileName: String? = nil, detail: String? = nil) {
        self.kind = kind
        self.source = source
        self.mimeType = mimeType
        self.fileName = fileName
        self.detail = detail
    }
}

/// What a model thought before it spoke.
public struct Thinking: Hashable, Sendable {
    /// Its thoughts or their summary; empty where only `state` was given.
    public var text: String
    /// The provider's proof or cipher of it (`signature`, `encrypted_content`, redacted `data`).
    public var state: ProviderState?

    public init(_ text: String, state: ProviderState? = nil) {
        self.text = text
        self.state = state
    }
}

/// A call of a client's tool.
public struct ToolCall: Hashable, Sendable {
    /// Joins the call to its result. Never empty: a reader makes one where its wire has none.
    public var id: String
    public var name: String
    /// JSON, mostly an object, as the model wrote it: it may be broken or, for free-form tools, plain text. Empty: no arguments.
    public var arguments: String
    /// The tool takes plain text (`custom` tools), and `arguments` is that.
    public var isFreeForm: Bool
    /// What Google hangs onto a call of its thinking models.
    public var state: ProviderState?

    public init(id: String, name: String, arguments: String, isFreeForm: Bool = false, state: ProviderState? = nil) {
        self.id = id
        self.name = name
        self.arguments = arguments
        self.isFreeForm = isFreeForm
        self.state = state
    }

    /// The arguments for a wire that wants an object: as they are if they are one, `{}` for none (some models write `null` then), else
    /// under `input`, so that no text of the model's is lost.
    public var argumentsObject: JSONFragment {
        if arguments.utf8.allSatisfy({ $0 <= 0x20 }) { return .emptyObject }
        if !isFreeForm, let fragment = JSONFragment(parsing: arguments) {
            if fragment.kind == .object { return fragment }
            if fragment.kind == .null { return .emptyObject }
        }
        return JSONFragment(.object(["input": .string(arguments)]))
    }
}

/// What a client's tool answered.
public struct ToolResult: Hashable, Sendable {
    public var callID: String
    /// The tool's name; empty where the wire does not repeat it. `Conversation.namedResults` fills it in.
    public var name: String
    /// Text, images, documents.
    public var parts: [Part]
    public var isError: Bool
    public var isFreeForm: Bool

    public init(callID: String, name: String = "", parts: [Part], isError: Bool = false, isFreeForm: Bool = false) {
        self.callID = callID
        self.name = name
        self.parts = parts
        self.isError = isError
        self.isFreeForm = isFreeForm
    }

    /// All text, a line break between its pieces.
    public var text: String {
        var texts: [String] = []
        for part in parts {
            switch part {
            case .text(let text): texts.append(text.text)
            case .refusal(let text): texts.append(text)
            case .media, .thinking, .toolCall, .toolResult, .foreign: break
            }
        }
        return texts.count == 1 ? texts[0] : texts.joined(separator: "\n")
    }
}

extension Conversation {
    /// With the tool's name in each result, for wires that want it: from the call of the same id before it.
    public mutating func nameResults() {
        var names: [String: String] = [:]
        for turn in turns.indices {
            for part in turns[turn].parts.indices {
                switch turns[turn].parts[part] {
                case .toolCall(let call): names[call.id] = call.name
                case .toolResult(var result) where result.name.isEmpty:
                    result.name = names[result.callID] ?? ""
                    turns[turn].parts[part] = .toolResult(result)
                default: break
                }
            }
        }
    }
}
