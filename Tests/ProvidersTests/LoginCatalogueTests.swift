// SPDX-License-Identifier: Apache-2.0
import Failover
import Providers
import Testing

@Suite struct `The catalogue of logins` {
    @Test(arguments: LoginCatalogue.builtIn.logins) func `has for each provider a way in, over https, and where it is said`(
        login: LoginDescriptor
    ) {
        #expect(Catalogue.builtIn.provider(login.provider)?.id == login.provider)
        #expect(login.hasBrowser || login.hasDevice)
        #expect(login.source.contains("https://github.com/"))
        for url in [
            login.authorizeURL, login.tokenURL, login.userInfoURL, login.projectURL, login.device?.url, login.device?.verificationURL,
        ] {
            #expect(url?.hasPrefix("https://") ?? true)
        }
        #expect(["localhost", "127.0.0.1"].contains(login.redirectHost))
        #expect(!"\(login)".contains("GOCSPX"))
    }

    @Test func `knows those of OpenClaw's page`() {
        let known = Set(LoginCatalogue.builtIn.logins.map(\.provider.rawValue))
        #expect(known.isSuperset(of: ["openai-codex", "google-gemini-cli", "qwen-portal", "minimax-portal", "github-copilot"]))
        #expect(LoginCatalogue.builtIn["openai-codex"]?.redirectPort == 1455)
        #expect(LoginCatalogue.builtIn["openai-codex"]?.device?.pollURL == "https://auth.openai.com/api/accounts/deviceauth/token")
        #expect(LoginCatalogue.builtIn["github-copilot"]?.canRefresh == false)
    }

    @Test(arguments: [
        "{}", "[]", #"{"logins": [{}]}"#, #"{"logins": [{"provider": "a", "source": "s", "checked": "d", "surprise": 1}]}"#,
        #"{"logins": [{"provider": "a", "source": "s", "checked": "d", "device": {"style": "standard"}}]}"#,
        #"{"logins": [{"provider": "a", "source": "s", "checked": "d", "redirect": {"host": "h", "port": 99999, "path": "/"}}]}"#,
        #"{"logins": [{"provider": "a", "source": "s", "checked": "d"}, {"provider": "a", "source": "s", "checked": "d"}]}"#,
    ])
    func `refuses what it does not know`(json: String) { #expect(LoginCatalogue(json: Array(json.utf8)) == nil) }
}
