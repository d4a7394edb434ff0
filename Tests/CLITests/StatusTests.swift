// SPDX-License-Identifier: Apache-2.0
import Failover
import JSON
import TestSupport
import Testing

@testable import CLI

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// `status`, `doctor` and `health` of the built program in homes of their own.
@Suite(.timeLimit(.minutes(5))) struct `The report and the doctor` {
    /// Port 1 is nobody's, so that no other gateway on this machine is asked.
    private static let settings = """
        { // notes
          gateway: { port: 1 },
          models: { providers: { acme: { baseUrl: "http://127.0.0.1:9/v1", apiKey: "sk-acme-abcdefghijklmnop1234", models: [{ id: "m" }] } } },
          agents: { defaults: { model: { primary: "acme/m", fallbacks: ["openai/gpt-5"] } } },
        }
        """

    private func home(_ settings: String? = settings, mode: mode_t = 0o600) throws -> TemporaryHome {
        let home = try TemporaryHome()
        if let settings { try home.write(settings, to: ".understudy/understudy.json", mode: mode) }
        return home
    }

    private func run(_ words: [String], _ home: TemporaryHome, _ environment: [String: String] = [:]) async throws -> BuiltBinary.Finished {
        try await BuiltBinary().run(words, environment: environment, home: home)
    }

    @Test(arguments: [["status"], ["models", "status"]])
    func `tells whoever comes with OpenClaw's file how to run on it`(words: [String]) async throws {
        let home = try home(nil)
        try home.write("{}", to: ".openclaw/openclaw.json")
        let page = try await run(words, home, ["UNDERSTUDY_GATEWAY_PORT": "1"])
        #expect(page.out.contains("\n  understudy gateway run --config ~/.openclaw/openclaw.json"), "\(page.out)\(page.error)")
        try home.write(Self.settings, to: ".understudy/understudy.json", mode: 0o600)
        #expect(try await !run(words, home).out.contains("~/.openclaw/openclaw.json"))
    }

    @Test func `has one page with everything that a helper asks for, secrets masked`() async throws {
        let home = try home()
        let page = try await run(["status", "--all"], home)
        #expect(page.status == 1)
        for text in [
            "understudy 0.1.0 (", "\nOS           : ", "\nConfig       : ~/.understudy/understudy.json (sha256 ", "), fine\n",
            "\nGateway      : not running: ", "\n- main: acme/m → openai/gpt-5\n", "\nacme:config  api_key  sk-…1234",
            "\n- openai has none: set OPENAI_API_KEY\n", "\nRequests of the last 24 hours\n- none are kept here\n",
            "\nConfiguration\n{ // notes\n",
            "apiKey: \"sk-…1234\"",
        ] { #expect(page.out.contains(text), "\(text) in\n\(page.out)") }
        #expect(!page.out.contains("abcdefghijklmnop"))
        let document = try JSONValue.parse(try await run(["status", "--all", "--json"], home).out)
        #expect(document["config"]?["ok"] == true && document["gateway"]?["up"] == false)
        #expect(document["agents"]?[0]?["chain"] == ["acme/m", "openai/gpt-5"])
        #expect(document["credentials"]?[0]?["status"]?["code"] == "static" && document["missing"]?[0]?["provider"] == "openai")
        #expect(document["outline"]?.array?.contains { $0.string?.contains("abcdefghijklmnop") == true } == false)
    }

    @Test func `goes on where the configuration cannot be read`() async throws {
        let broken = try await run(["status"], try home("{ gateway: { prot: 1 }, }"))
        #expect(broken.status == 78)
        #expect(broken.out.contains("1 problems: understudy config validate") && broken.out.contains("\nNot known\n"))
        let doctor = try await run(["doctor"], try home("{ gateway: { prot: 1 }, }"))
        #expect(doctor.status == 1)
        #expect(doctor.out.contains("gateway.prot is no setting. Did you mean gateway.port?"))
        #expect(doctor.out.contains("fix: write gateway.port there instead, or take it out: understudy config unset gateway.prot"))
    }

    @Test func `asks addresses only when told, and without a key`() async throws {
        let deep = try await run(["status", "--deep", "--json"], try home())
        let reach = try JSONValue.parse(deep.out)["reach"]
        #expect(reach?[0]?["provider"] == "acme" && reach?[0]?["reachable"] == false && reach?[0]?["failed"] == "connect")
        #expect(try JSONValue.parse(try await run(["status", "--json"], try home()).out)["reach"] == nil)
    }

    @Test func `finds files that others can read, and closes them when told`() async throws {
        let home = try home(mode: 0o644)
        #expect(chmod(home.path + "/.understudy", 0o755) == 0)
        try home.write("ust_0123456789abcdef\n", to: ".understudy/gateway.token", mode: 0o640)
        let environment = ["OPENAI_API_KEY": "sk-x"]
        let before = try await run(["doctor", "--json"], home, environment)
        #expect(before.status == 2)
        let findings = try JSONValue.parse(before.out)["findings"]?.array ?? []
        #expect(findings.count { $0["code"] == "file.permissions" && $0["fixable"] == true } == 3)
        let fixed = try await run(["doctor", "--fix"], home, environment)
        #expect(fixed.status == 0 && fixed.out.contains("3 mended"), "\(fixed.out)")
        for (name, mode) in [("", mode_t(0o700)), ("/understudy.json", 0o600), ("/gateway.token", 0o600)] {
            var facts = stat()
            #expect(stat(home.path + "/.understudy" + name, &facts) == 0 && facts.st_mode & 0o777 == mode, "\(name)")
        }
        #expect(try await run(["doctor"], home, environment).status == 0)
    }

    @Test(arguments: [
        ("gateway.json", #"{"pid":999999999,"url":"http://127.0.0.1:1"}"#, "gateway.stale_note", "info"),
        ("understudy.sqlite", "this is no database, but a long text of some hundred bytes", "store.damaged", "error"),
        ("understudy.sqlite.corrupt-20260101T000000Z", "x", "store.set_aside", "info"),
        ("agents/main/agent/openclaw-agent.sqlite", "x", "legacy.sqlite", "info"),
        (
            "credentials/oauth.json", #"{"acme":{"access":"a-0123456789","refresh":"r","expires":9999999999999}}"#, "legacy.oauth", "info"
        ),
        ("agents/main/agent/auth-profiles.json", "{ nonsense", "credential.note", "warning"),
        (
            "agents/main/agent/auth-profiles.json",
            #"{"version":1,"profiles":{"acme:old":{"type":"token","provider":"acme","token":"t-0123456789","expires":1}}}"#,
            "credential.expired", "error"
        ),
    ]) func `finds what is left, broken or over`(file: String, text: String, code: String, severity: String) async throws {
        let home = try home()
        try home.write(text, to: ".understudy/" + file)
        let found = try JSONValue.parse(try await run(["doctor", "--json"], home).out)["findings"]?.array ?? []
        let finding = found.first { $0["code"]?.string == code }
        #expect(finding?["severity"]?.string == severity && finding?["fix"]?.string?.isEmpty == false, "\(found)")
    }

    @Test func `tells a person who has nothing where to begin`() async throws {
        let doctor = try await run(["doctor"], try home(nil))
        #expect(doctor.status == 0 && doctor.out.contains("the rehearsal provider plays") && doctor.out.contains("Nothing is wrong"))
    }

    @Test func `says by its status whether a gateway can answer`() async throws {
        let home = try home("{ gateway: { port: 1 } }")
        #expect(try await run(["health"], home).status == 69)
        let gateway = try BuiltBinary().start(["gateway", "run", "--port", "0"], home: home)
        _ = try await gateway.line(containing: "Then see what happened")
        let up = try await run(["health"], home)
        #expect(up.status == 0 && up.out.hasPrefix("ok: the gateway at http://127.0.0.1:"))
        let document = try JSONValue.parse(try await run(["health", "--json"], home).out)
        #expect(document["ok"] == true && document["blocks"] == [] && document["status"]?["pid"]?.int == Int(gateway.processID))
        let status = try await run(["status"], home)
        #expect(status.status == 0 && status.out.contains("(pid \(gateway.processID), version 0.1.0, up "))
        _ = await gateway.stop()
    }

    // MARK: Parts

    @Test(
        arguments: [
            ("Sat, 21 Nov 2026 02:04:05 GMT", 1_795_226_645), ("Thu, 01 Jan 1970 00:00:00 GMT", 0), ("21 Nov 2026 02:04:05 GMT", nil),
            ("Sat, 21 Nov 2026 02:04:05 CET", nil), ("", nil), ("Sat, 21 Nvo 2026 02:04:05 GMT", nil),
        ] as [(String, Int64?)]) func `reads the time of an answer`(text: String, seconds: Int64?)
    {
        #expect(ProviderReach.seconds(text) == seconds)
    }

    @Test(arguments: [
        (0, "0 bytes"), (999, "999 bytes"), (1000, "1.0 KB"), (99_949, "99.9 KB"), (123_456_789, "123 MB"), (-1, "0 bytes"),
        (Int.max, "9223372 TB"),
    ]) func `writes sizes short`(bytes: Int, text: String) { #expect(Machine.size(bytes) == text) }
}
