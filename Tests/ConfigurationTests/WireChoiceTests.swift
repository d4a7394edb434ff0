// SPDX-License-Identifier: Apache-2.0
import Configuration
import Failover
import Providers
import Testing

@Suite struct `The wire of a provider` {
    @Test(arguments: [
        ("{}", "openai-responses"),
        (#"{ baseUrl: "https://api.openai.com/v1" }"#, "openai-responses"),
        (#"{ baseUrl: "https://API.OpenAI.com/v1/" }"#, "openai-responses"),
        (#"{ baseUrl: "http://localhost:8080/v1" }"#, "openai-completions"),
        (#"{ baseUrl: "http://localhost:8080/v1", api: "openai-responses" }"#, "openai-responses"),
        (#"{ api: "openai-completions" }"#, "openai-completions"),
    ])
    func `is the older one where another server stands behind OpenAI's name`(entry: String, wire: String) throws {
        let settings = try read("{ models: { providers: { openai: \(entry) } } }").settings
        #expect(settings.providers["openai"]?.wireName == wire)
    }

    @Test func `stays Anthropic's behind a proxy of it`() throws {
        let settings = try read(#"{ models: { providers: { anthropic: { baseUrl: "http://localhost:8080" } } } }"#).settings
        #expect(settings.providers["anthropic"]?.wireName == "anthropic-messages")
    }
}
