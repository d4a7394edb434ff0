// SPDX-License-Identifier: Apache-2.0
import Failover
import HTTP
import JSON
import Testing

@testable import Providers

private func repaired(_ body: String, _ repair: Repair) -> String? { google.repaired(bytes(body), by: repair)?.text }

@Suite struct `A refusal in Google's words` {
    @Test(arguments: [
        (
            "Function call is missing a thought_signature in functionCall parts. This is required for tools to work correctly, and missing thought_signature may lead to degraded model performance. Additional data, function call `default_api:f` , position 2.",
            Repair.signCalls
        ),
        ("Corrupted thought signature.", .dropThoughts),
        ("Invalid thought signature.", .dropThoughts),
        ("Unable to submit request because Thought signature is not valid.. Learn more: https://cloud.google.com/", .dropThoughts),
        (
            #"Invalid JSON payload received. Unknown name "additionalProperties" at 'tools[0].function_declarations[0].parameters': Cannot find field."#,
            .plainSchemas
        ),
        (
            #"Invalid JSON payload received. Unknown name "parametersJsonSchema" at 'tools[0].function_declarations[0]': Cannot find field."#,
            .plainSchemas
        ),
        (#"Invalid JSON payload received. Unknown name "responseJsonSchema" at 'generation_config': Cannot find field."#, .plainSchemas),
        (
            "* GenerateContentRequest.tools[0].function_declarations[0].parameters.properties: should be non-empty for OBJECT type\n",
            .plainSchemas
        ),
        ("Penalty is not enabled for models/gemini-2.5-flash", .dropMember("presence_penalty")),
        ("Thinking level is not supported for this model.", .renameMember(from: "thinking_level", to: "thinking_budget")),
        ("Thinking budget is not supported for this model.", .renameMember(from: "thinking_budget", to: "thinking_level")),
        ("You can only set only one of thinking budget and thinking level.", .dropMember("thinking_budget")),
        ("Budget 0 is invalid. This model only works in thinking mode.", .dropMember("thinking_budget")),
        ("Unable to submit request because The model does not support setting thinking_budget to 0", .dropMember("thinking_budget")),
        ("Unable to submit request because thinking is not supported by this model.", .dropMember("thinking")),
        (
            "Please ensure that function call turn comes immediately after a user turn or after a function response turn.", .alternateRoles
        ),
        (
            "Please ensure that the number of function response parts is equal to the number of function call parts of the function call turn.",
            .alternateRoles
        ),
        ("Please ensure that single turn requests end with a user role or the role field is empty.", .alternateRoles),
        ("the number of stop_sequences must not exceed 5", .limitStops(to: 5)),
        (
            "Unable to submit request because it has a stopSequences value of 10 but the supported range is from 1 (inclusive) to 6 (exclusive).",
            .limitStops(to: 5)
        ),
        (#"Invalid JSON payload received. Unknown name "seed" at 'generation_config': Cannot find field."#, .dropMember("seed")),
    ])
    func `asks for what would mend it`(message: String, repair: Repair) {
        let body = google.errorBody(WireError(status: 400, message: message))
        let context = ErrorContext(provider: "google", model: "gemini-2.5-flash")
        let error = google.readError(status: 400, headers: Headers(), body: body, context: context, nowMilliseconds: now)
        let failure = Classifier.classify(error)
        #expect(failure.reason == .format)
        #expect(failure.repair == repair)
        #expect(Repair(code: repair.code) == repair)
    }
}

@Suite struct `A repair on Google's wire` {
    @Test(
        arguments: [
            (
                #"{"generationConfig":{"seed":1,"presence_penalty":0.5,"topK":4,"frequencyPenalty":1}, "contents":[]}"#,
                Repair.dropMember("presence_penalty"), #"{"generationConfig":{"seed":1,"topK":4}, "contents":[]}"#
            ),
            (
                #"{"generation_config":{"thinking_config":{"thinking_budget":0}}}"#, .dropMember("thinking_budget"),
                #"{"generation_config":{"thinking_config":{}}}"#
            ),
            (#"{"generationConfig":{"thinkingConfig":{"a":1},"x":2}}"#, .dropMember("thinking"), #"{"generationConfig":{"x":2}}"#),
            (
                #"{"generationConfig":{"thinkingConfig":{"thinkingLevel":"HIGH","includeThoughts":true}}}"#,
                .renameMember(from: "thinking_level", to: "thinking_budget"),
                #"{"generationConfig":{"thinkingConfig":{"thinkingBudget":24576,"includeThoughts":true}}}"#
            ),
            (
                #"{"generationConfig":{"thinkingConfig":{ "thinking_budget" : 900 }}}"#,
                .renameMember(from: "thinking_budget", to: "thinking_level"),
                #"{"generationConfig":{"thinkingConfig":{ "thinkingLevel":"low" }}}"#
            ),
            (
                #"{"generationConfig":{"thinkingConfig":{"thinkingBudget":-1}}}"#,
                .renameMember(from: "thinking_budget", to: "thinking_level"), #"{"generationConfig":{"thinkingConfig":{}}}"#
            ),
            (
                #"{"generationConfig":{"stopSequences":["a", "b", "c"]}}"#, .limitStops(to: 2),
                #"{"generationConfig":{"stopSequences":["a", "b"]}}"#
            ),
            (
                #"{"contents":[{"role":"model","parts":[{"functionCall":{"name":"f"}},{"functionCall":{"name":"g"},"thoughtSignature":"s"},{"text":"t"}]}]}"#,
                .signCalls,
                #"{"contents":[{"role":"model","parts":[{"functionCall":{"name":"f"},"thoughtSignature":"skip_thought_signature_validator"},{"functionCall":{"name":"g"},"thoughtSignature":"s"},{"text":"t"}]}]}"#
            ),
            (
                #"{"contents":[{"parts":[{"functionCall":{"name":"g"},"thought_signature":"s"},{"text":"t","thoughtSignature":"s"}]}]}"#,
                .dropThoughts,
                #"{"contents":[{"parts":[{"functionCall":{"name":"g"},"thought_signature":"skip_thought_signature_validator"},{"text":"t"}]}]}"#
            ),
            (
                #"{"tools":[{"functionDeclarations":[{"name":"f","parametersJsonSchema":{"type":"object","additionalProperties":false,"properties":{"a":{"type":["integer","null"],"exclusiveMinimum":0},"b":{"const":"x"}},"required":["a"]}},{"name":"g","parametersJsonSchema":{"type":"object","properties":{}}}]}]}"#,
                .plainSchemas,
                #"{"tools":[{"functionDeclarations":[{"name":"f","parameters":{"type":"OBJECT","properties":{"a":{"nullable":true,"type":"INTEGER","minimum":0},"b":{"enum":["x"],"type":"STRING"}},"required":["a"]}},{"name":"g"}]}]}"#
            ),
            (
                ##"{"generationConfig":{"responseJsonSchema":{"$defs":{"A":{"type":"string","format":"uri"}},"type":"object","properties":{"a":{"$ref":"#/$defs/A"},"b":{"oneOf":[{"type":"null"},{"$ref":"#/$defs/A"}]}}}}}"##,
                .plainSchemas,
                #"{"generationConfig":{"responseSchema":{"type":"OBJECT","properties":{"a":{"type":"STRING"},"b":{"nullable":true,"type":"STRING"}}}}}"#
            ),
            (
                #"{"contents":[{"role":"model","parts":[{"text":"a"}]},{"role":"model","parts":[{"text":"b"}]},{"role":"user","parts":{"text":"c"}}]}"#,
                .alternateRoles,
                #"{"contents":[{"role":"user","parts":[{"text":"Continue."}]},{"role":"model","parts":[{"text":"a"},{"text":"b"}]},{"role":"user","parts":{"text":"c"}}]}"#
            ),
        ] as [(String, Repair, String)])
    func `changes one thing`(body: String, repair: Repair, result: String) {
        #expect(repaired(body, repair) == result)
        #expect(repaired(result, repair) == nil)
    }

    @Test(arguments: [
        (#"{"generationConfig":{"topK":1}}"#, Repair.dropMember("seed")), (#"{"stopSequences":["a"]}"#, .limitStops(to: 5)),
        (#"{"contents":[{"role":"user","parts":[{"text":"a"}]}]}"#, .alternateRoles), ("[]", .plainSchemas), ("{", .dropThoughts),
        (#"{"contents":"x","tools":7,"generationConfig":[]}"#, .plainSchemas), (#"{"messages":[]}"#, .dropCacheMarkers),
        (#"{"contents":[{"parts":[7,{"functionCall":"x"}]}]}"#, .dropThoughts),
        (#"{"generationConfig":{"stopSequences":["a"]}}"#, .dropMember("stop")),
    ])
    func `of nothing is none`(body: String, repair: Repair) { #expect(repaired(body, repair) == nil) }

    @Test func `reaches into Cloud Code Assist's envelope`() {
        let body = bytes(#"{"model":"m","request":{"contents":[],"generationConfig":{"seed":1}}}"#)
        let repaired = WireKind.googleGeminiCLI.wire.repaired(body, by: .dropMember("seed"))
        #expect(repaired?.text == #"{"model":"m","request":{"contents":[],"generationConfig":{}}}"#)
    }

    @Test func `of a schema that refers to itself ends`() throws {
        let schema = ##"{"$defs":{"N":{"type":"object","properties":{"n":{"$ref":"#/$defs/N"}}}},"$ref":"#/$defs/N"}"##
        let body = #"{"tools":[{"functionDeclarations":[{"name":"f","parametersJsonSchema":\#(schema)}]}]}"#
        let result = try #require(repaired(body, .plainSchemas))
        #expect(result.contains("\"parameters\":{\"type\":\"OBJECT\""))
        #expect(!result.contains("$ref"))
    }

    @Test func `takes seals out of a body for Google itself`() {
        let seal = Seal.seal(ProviderState(maker: Maker(provider: "x", wire: .openaiCompletions), payload: "p"))
        let body =
            #"{"contents":[{"parts":[{"functionCall":{"name":"f"},"thoughtSignature":"\#(seal)"},{"text":"t","thought":true,"thoughtSignature":"\#(seal)"},{"text":"u","thoughtSignature":"real"}]}]}"#
        #expect(
            google.withoutSeals(bytes(body))?.text
                == #"{"contents":[{"parts":[{"functionCall":{"name":"f"},"thoughtSignature":"skip_thought_signature_validator"},{"text":"t","thought":true},{"text":"u","thoughtSignature":"real"}]}]}"#
        )
        #expect(google.withoutSeals(bytes(#"{"contents":[]}"#)) == nil)
    }
}
