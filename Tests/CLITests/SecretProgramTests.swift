// SPDX-License-Identifier: Apache-2.0
import TestSupport
import Testing

@testable import CLI

/// Behind a reference to a secret may be a program that asks somebody to unlock something.
@Suite(.timeLimit(.minutes(5))) struct `A program that knows a secret` {
    @Test(arguments: ["models status", "models list", "models set openai/gpt-5.4", "credentials list", "plan", "providers list"])
    func `is asked once by a command`(line: String) async throws {
        let home = try TemporaryHome()
        try home.write(
            "#!/bin/sh\necho asked >> \"$0.count\"\n/bin/cat > /dev/null\nprintf 'sk-proj-0123456789abcdef'\n", to: "bin/pass", mode: 0o700)
        try home.write(
            """
            {
              gateway: { port: 9, auth: { mode: "token", token: { source: "exec", provider: "pass", id: "value" } } },
              secrets: { providers: { pass: { source: "exec", command: "\(home.path)/bin/pass", jsonOnly: false } } },
              models: { providers: { openai: { apiKey: { source: "exec", provider: "pass", id: "value" } } } },
              agents: { defaults: { model: "openai/gpt-5.4-mini" } },
            }
            """, to: ".understudy/understudy.json")
        let result = await play(line.split(separator: " ").map(String.init), environment: ["HOME": home.path])
        #expect(result.status == .fine, "\(result)")
        #expect(home.read("bin/pass.count") == "asked\n", "\(line)")
    }
}
