// SPDX-License-Identifier: Apache-2.0
import JSON
import Testing

@testable import Providers

@Suite struct `A request for embeddings` {
    static func facts(_ body: String) throws -> RequestShape {
        let body = Array(body.utf8)
        return try WireKind.openaiCompletions.wire.facts(
            .embeddings, body: body, index: try JSONIndex(scanning: body.span.bytes), target: PathFacts())
    }

    @Test(arguments: [
        #"{"model":"m","input":"a","user":"u"}"#, #"{"input":["a","b"],"model":"m","user":"u"}"#,
        #"{"input":[[1,2],[3]],"dimensions":4,"user":"u","model":"m"}"#,
    ]) func `has a model and an input`(_ body: String) throws {
        let shape = try Self.facts(body)
        #expect(shape.model == "m")
        #expect(shape.operation == .embeddings)
        #expect(shape.userHint == "u")
        #expect(!shape.streaming)
    }

    @Test(arguments: [
        ("[]", "", "invalid_type"), ("{}", "model", "missing_required_parameter"),
        (#"{"model":null,"input":""}"#, "model", "missing_required_parameter"),
        (#"{"model":5,"input":"a"}"#, "model", "invalid_type"), (#"{"model":"","input":"a"}"#, "model", "empty_string"),
        (#"{"model":"m"}"#, "input", "missing_required_parameter"), (#"{"model":"m","input":{}}"#, "input", "invalid_type"),
        (#"{"model":"m","input":""}"#, "input", "empty_string"), (#"{"model":"m","input":[]}"#, "input", "empty_array"),
        (#"{"model":"m","input":["a",1]}"#, "input[1]", "invalid_type"),
        (#"{"model":"m","input":[[1],["a"]]}"#, "input[1]", "invalid_type"),
        (#"{"model":"m","input":"a","dimensions":"4"}"#, "dimensions", "invalid_type"),
    ]) func `is refused without them`(_ body: String, _ path: String, _ code: String) {
        #expect { try Self.facts(body) } throws: { error in
            (error as? RequestProblem).map { $0.path == path && $0.code == code } ?? false
        }
    }
}
