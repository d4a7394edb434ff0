// SPDX-License-Identifier: Apache-2.0
import JSON
import TestSupport
import Testing

/// Loops of official SDKs within which the provider changes and changes back. Both sign their thoughts and refuse each other's, so that
/// an answer proves that no signature came to the wrong one for good.
@Suite(.timeLimit(.minutes(5))) struct `An agent's loop whose provider fails within it` {
    @Test func `ends with the first provider, whatever wires the two have`() async throws {
        let python = try await PythonEnvironment.sdks()
        let finished = try await python.run(
            script: ProjectFile.path("Tests/GatewayTests/Scripts/changing_loops.py"), [try BuiltBinary().path], environment: [:],
            limit: .seconds(280))
        let results = try finished.out.split(separator: "\n").map { try JSONValue.parse(String($0)) }
        #expect(results.count == 16, "\(finished.error)")
        let wires = ["anthropic": "anthropic-messages", "google-genai": "google-generative-ai"]
        for result in results {
            #expect(result["answer"] == "Done by a.", "\(result)")
            // Where all three share a wire, nothing tells whose a signature is before it is refused.
            let wire = result["client"]?.string.flatMap { wires[$0] }
            let isShared = wire != nil && result["a"]?.string == wire && result["b"]?.string == wire
            #expect(isShared || result["refused"] == 0, "\(result)")
        }
    }
}
