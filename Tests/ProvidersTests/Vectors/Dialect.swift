// SPDX-License-Identifier: Apache-2.0
import Failover
import HTTP
import JSON

@testable import Providers

/// The four wires as the recordings name them. What is told of them here and in the readers beside it is from the providers' public
/// references and not from the code under test, so that one checks the other.
enum Dialect: String, CaseIterable, Sendable, CustomStringConvertible {
    case chat, responses, anthropic, gemini

    var description: String { rawValue }

    var kind: WireKind { WireKind(rawValue: name) ?? .openaiCompletions }

    private var name: String {
        switch self {
        case .chat: "openai-completions"
        case .responses: "openai-responses"
        case .anthropic: "anthropic-messages"
        case .gemini: "google-generative-ai"
        }
    }

    /// Those that this build crosses.
    static let built = allCases.filter { WireKind(rawValue: $0.name) != nil && !$0.wire.translation.carries.isEmpty }

    var wire: any Wire { kind.wire }

    /// Who made a recording's reply.
    var maker: Maker { Maker(provider: ProviderID(rawValue: rawValue), wire: kind) }

    func target(model: String) -> RequestTarget { RequestTarget(provider: maker.provider, model: model) }

    func reader() -> any StreamReader {
        wire.makeStreamReader(context: ErrorContext(provider: maker.provider, model: "m"), nowMilliseconds: now)
    }

    /// The wire's facts of a request, with what its path says where that is Google's.
    func shape(of body: [UInt8], index: JSONIndex, model: String, streaming: Bool) throws -> RequestShape {
        let path = self == .gemini ? PathFacts(model: model, streaming: streaming) : PathFacts()
        return try wire.facts(.generate, body: body, index: index, target: path)
    }
}

/// Each ordered pair of two wires.
struct Pair: Hashable, Sendable, CustomStringConvertible {
    var client: Dialect
    var provider: Dialect

    var description: String { "\(client) client, \(provider) provider" }

    var crossing: Crossing { Crossing(from: client.wire, to: provider.wire, of: provider.maker) }

    static let crossings = Dialect.built.flatMap { client in
        Dialect.built.filter { $0 != client }.map { Pair(client: client, provider: $0) }
    }
}
