// SPDX-License-Identifier: Apache-2.0
import JSON
import Testing

@testable import Providers

/// One exchange with a real provider, recorded by the tests of an open project, which `source` names; see `Fixtures/SOURCES.md`.
struct Vector: Sendable, CustomStringConvertible {
    var source: String
    var dialect: Dialect
    var isStream: Bool
    var request: JSONValue
    var response: String
    /// What the reply says, as it was worked out when the exchanges were collected.
    var meaning: SeenReply

    var description: String { "\(dialect)\(isStream ? " stream" : "") \(source)" }

    var model: String { request["model"]?.string ?? "gemini-2.5-flash" }

    /// As the client sent it: on Google's wire the path says the rest.
    var body: [UInt8] { JSONWriter.compact(request) }

    static let all = read()

    private static func read() -> [Vector] {
        guard let bytes = try? Fixture.bytes("vectors.jsonl", in: nil) else { return [] }
        return bytes.split(separator: 0x0A).compactMap { Vector(Array($0)) }
    }

    private init?(_ bytes: [UInt8]) {
        guard let row = try? JSONValue.parse(bytes), let dialect = row["protocol"]?.string.flatMap(Dialect.init(rawValue:)),
            let request = row["request"], let response = row["response"]?.string, let meaning = row["meaning"]
        else { return nil }
        source = row["source"]?.string ?? ""
        self.dialect = dialect
        isStream = row["stream"]?.bool ?? false
        self.request = request
        self.response = response
        var seen = SeenReply()
        seen.text = meaning["text"]?.string ?? ""
        seen.thinking = meaning["thinking"]?.string ?? ""
        seen.calls = (meaning["tool_calls"]?.array ?? []).map { call in
            SeenCall(name: call["name"]?.string ?? "", arguments: call["args"] ?? .null)
        }
        seen.finish = meaning["finish"]?.string
        seen.input = meaning["input_tokens"]?.int
        seen.output = meaning["output_tokens"]?.int
        seen.cached = meaning["cached_tokens"]?.int
        self.meaning = seen
    }
}
