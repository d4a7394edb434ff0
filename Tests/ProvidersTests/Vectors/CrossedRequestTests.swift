// SPDX-License-Identifier: Apache-2.0
import JSON
import Testing

@testable import Providers

/// Each recorded request, sent to providers of each other wire and read there.
@Suite struct `A recorded request, across wires` {
    struct Case: Sendable, CustomStringConvertible {
        var vector: Vector
        var pair: Pair
        var description: String { "\(pair): \(vector)" }

        func crossed() throws -> Crossing.Request {
            let body = vector.body
            let index = try JSONIndex(scanning: body.span.bytes)
            let shape = try pair.client.shape(of: body, index: index, model: vector.model, streaming: vector.isStream)
            return try pair.crossing.request(body, index: index, shape: shape, for: pair.provider.target(model: "m"))
        }
    }

    static let cases = Pair.crossings.flatMap { pair in
        Vector.all.filter { $0.dialect == pair.client }.map { Case(vector: $0, pair: pair) }
    }

    @Test(arguments: cases)
    func `asks the same`(crossed: Case) throws {
        let request = try crossed.crossed()
        let asked = SeenRequest(crossed.vector.request, crossed.pair.client)
        let seen = SeenRequest(try JSONValue.parse(request.body), crossed.pair.provider)
        let differences = seen.differences(from: asked, lost: request.lost.map(\.feature))
        #expect(differences.isEmpty, "\(differences) lost: \(request.lost.map(\.code))")
    }
}

/// Each request that the APIs' references tell of, sent to providers of each other wire and read there.
@Suite struct `A documented request, across wires` {
    struct Case: Sendable, CustomStringConvertible {
        var documented: DocumentedRequest
        var pair: Pair
        var description: String { "\(pair): \(documented.name)" }
    }

    static let cases = Pair.crossings.flatMap { pair in
        DocumentedRequest.all.filter { $0.dialect == pair.client }.map { Case(documented: $0, pair: pair) }
    }

    @Test(arguments: cases)
    func `asks the same`(crossed: Case) throws {
        let body = JSONWriter.compact(crossed.documented.request)
        let index = try JSONIndex(scanning: body.span.bytes)
        let shape = try crossed.pair.client.shape(of: body, index: index, model: "gemini-2.5-flash", streaming: false)
        let target = crossed.pair.provider.target(model: DocumentedRequest.model(of: crossed.pair.provider))
        let request = try crossed.pair.crossing.request(body, index: index, shape: shape, for: target)
        let asked = SeenRequest(crossed.documented.request, crossed.pair.client)
        var seen = SeenRequest(try JSONValue.parse(request.body), crossed.pair.provider)
        // Names that its wire refuses are respelled: what can be kept of them, `_` and eight letters.
        for (place, tool) in asked.tools.enumerated() where seen.tools.indices.contains(place) {
            let kept = String(tool.name.map { $0.isLetter || $0.isNumber || $0 == "-" ? $0 : "_" })
            if kept != tool.name, seen.tools[place].name.dropLast(9) == kept { seen.tools[place].name = tool.name }
        }
        let differences = seen.differences(from: asked, lost: request.lost.map(\.feature))
        #expect(differences.isEmpty, "\(differences) lost: \(request.lost.map(\.code)) \(request.body.text.prefix(1500))")
    }

    @Test func `is there`() { #expect(Set(DocumentedRequest.all.map(\.dialect)).count == 4) }
}
