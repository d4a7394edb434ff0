// SPDX-License-Identifier: Apache-2.0
import JSON

@testable import Providers

/// A request as its API documents it, written for these tests; see `Fixtures/SOURCES.md`.
struct DocumentedRequest: Sendable, CustomStringConvertible {
    var dialect: Dialect
    var name: String
    var request: JSONValue

    var description: String { "\(dialect) \(name)" }

    static let all: [DocumentedRequest] = {
        guard let bytes = try? Fixture.bytes("requests.jsonl", in: nil) else { return [] }
        return bytes.split(separator: 0x0A).compactMap { DocumentedRequest(Array($0)) }
    }()

    private init?(_ bytes: [UInt8]) {
        guard let row = try? JSONValue.parse(bytes), let dialect = row["protocol"]?.string.flatMap(Dialect.init(rawValue:)),
            let name = row["name"]?.string, let request = row["request"]
        else { return nil }
        (self.dialect, self.name, self.request) = (dialect, name, request)
    }

    /// A model of each API that thinks and takes all that its API has.
    static func model(of dialect: Dialect) -> String {
        switch dialect {
        case .chat, .responses: "gpt-5.2"
        case .anthropic: "claude-sonnet-4-5"
        case .gemini: "gemini-2.5-flash"
        }
    }
}
