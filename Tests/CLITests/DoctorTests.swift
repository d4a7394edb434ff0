// SPDX-License-Identifier: Apache-2.0
import JSON
import TestSupport
import Testing

@testable import CLI

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// What `doctor` finds beyond the first look, and what `--fix` makes of it, in homes of their own.
@Suite(.timeLimit(.minutes(5))) struct `The doctor` {
    /// Port 1 is nobody's, so that no other gateway on this machine is asked.
    private static let settings = """
        { gateway: { port: 1 },
          models: { providers: { acme: { baseUrl: "http://127.0.0.1:9/v1", apiKey: "sk-acme-abcdefghijklmnop1234", models: [{ id: "m" }] } } },
          agents: { defaults: { model: { primary: "acme/m", fallbacks: ["openai/gpt-5"] } } },
        }
        """

    private func home(_ settings: String = settings) throws -> TemporaryHome {
        let home = try TemporaryHome()
        try home.write(settings, to: ".understudy/understudy.json", mode: 0o600)
        return home
    }

    private func run(_ words: [String], _ home: TemporaryHome, _ environment: [String: String] = [:]) async throws -> BuiltBinary.Finished {
        try await BuiltBinary().run(words, environment: environment, home: home)
    }

    @Test(arguments: ["understudy.sqlite", "responses.sqlite"])
    func `begins a damaged database anew when told, and deletes nothing`(name: String) async throws {
        let home = try home()
        let text = "this is no database, but a long text of some hundred bytes"
        try home.write(text, to: ".understudy/" + name)
        let status = try await run(["models", "status"], home)
        #expect(status.status == 0 && status.out.contains("acme:config"), "a page about what is wrong comes all the same: \(status)")
        if name == "understudy.sqlite" { #expect(status.out.contains("\n- what is blocked is not known: "), "\(status.out)") }
        let fixed = try JSONValue.parse(try await run(["doctor", "--fix", "--json"], home, ["OPENAI_API_KEY": "sk-x"]).out)
        let finding = fixed["findings"]?.array?.first { $0["code"] == "store.damaged" }
        #expect(finding?["fixed"] == true, "\(fixed)")
        let after = try JSONValue.parse(try await run(["doctor", "--json"], home, ["OPENAI_API_KEY": "sk-x"]).out)["findings"]?.array ?? []
        #expect(!after.contains { $0["code"] == "store.damaged" } && after.contains { $0["code"] == "store.set_aside" }, "\(after)")
        let aside = Machine.names(in: home.path + "/.understudy").filter { $0.hasPrefix(name + ".corrupt-") }
        #expect(aside.contains { home.read(".understudy/" + $0) == text }, "\(aside)")
    }

    @Test func `removes what killed processes have left, and nothing that is being written`() async throws {
        let home = try home()
        let folder = ".understudy/agents/main/agent/"
        let (old, new, other) = ("auth-profiles.json.0123456789ab.new", "auth-profiles.json.ba9876543210.new", "notes.new")
        for name in [old, new, other] { try home.write("{}", to: folder + name) }
        for name in [old, other] {
            var times = [timeval(), timeval()]
            #expect(utimes("\(home.path)/\(folder)\(name)", &times) == 0)
        }
        let found = try await run(["doctor"], home)
        #expect(found.out.contains(old) && !found.out.contains(new) && !found.out.contains(other), "\(found.out)")
        let fixed = try await run(["doctor", "--fix"], home)
        #expect(fixed.out.contains("mended  ~/\(folder)\(old) is left from a process"), "\(fixed.out)")
        #expect(Machine.names(in: home.path + "/" + folder) == [new, other].sorted())
    }

    @Test func `knows a state of the configuration that can be used`() async throws {
        let home = try home("{ gateway: { prot: 1 }, }")
        #expect(try await run(["doctor"], home).out.contains("can be used") == false)
        try home.write("{ gateway: { prot: 2 } }", to: ".understudy/understudy.json.bak")
        try home.write(Self.settings, to: ".understudy/understudy.json.bak.1")
        let doctor = try await run(["doctor"], home)
        #expect(doctor.out.contains("~/.understudy/understudy.json.bak.1, as it was before"), "\(doctor.out)")
        #expect(doctor.out.contains("cp \(home.path)/.understudy/understudy.json.bak.1 \(home.path)/.understudy/understudy.json"))
        #expect(home.read(".understudy/understudy.json") == "{ gateway: { prot: 1 }, }")
    }

    @Test func `says that a service ends when its user logs out`() async throws {
        let home = try home()
        let environment = ["OPENAI_API_KEY": "sk-x", "USER": "nobody-of-this-name"]
        #expect(try await run(["doctor", "--json"], home, environment).out.contains("service.linger") == false)
        let unit = ".config/systemd/user/understudy-gateway.service"
        let folder = "# Keys stand in \(home.path)/.understudy/.env, which the gateway reads itself.\n"
        try home.write("[Service]\nExecStart=/bin/sh\n", to: unit)
        #expect(try await !run(["doctor"], home, environment).out.contains("linger"), "it is another state folder's")
        try home.write("[Service]\nExecStart=/bin/sh\n" + folder, to: unit)
        let found = try await run(["doctor"], home, environment)
        #expect(found.out.contains("fix: sudo loginctl enable-linger $USER"), "\(found.out)")
    }

    @Test func `does not say of OpenClaw's older stores, which are read, that they are not`() async throws {
        let home = try home()
        let logins = #"{"acme":{"access":"a-0123456789","refresh":"r","expires":9999999999999}}"#
        try home.write(logins, to: ".understudy/credentials/oauth.json")
        let found = try JSONValue.parse(try await run(["doctor", "--json"], home).out)["findings"]?.array ?? []
        let finding = try #require(found.first { $0["code"] == "legacy.oauth" })
        #expect(finding["severity"] == "info" && finding["text"]?.string?.contains("they serve until they end") == true, "\(finding)")
    }

    // MARK: Parts

    private static func reach(_ provider: String, isLocal: Bool = false, failed: String? = nil, ahead: Int? = nil) -> ProviderReach {
        ProviderReach(
            provider: provider, url: "https://\(provider).example/v1", isLocal: isLocal, failed: failed, why: failed == nil ? "" : "why",
            status: failed == nil ? 401 : nil, milliseconds: 5, clockAhead: ahead)
    }

    @Test(
        arguments: [
            ([reach("a", ahead: 1), reach("b", ahead: -2)], []), ([reach("a", ahead: -3600)], ["clock.wrong"]),
            // One on this machine is as wrong as this machine is.
            ([reach("a", ahead: -3600), reach("b", isLocal: true, ahead: 0)], ["clock.wrong"]),
            ([reach("a", isLocal: true, ahead: 3600)], []), ([reach("a", ahead: 3600), reach("b", ahead: 0), reach("c", ahead: 0)], []),
            ([reach("a", failed: "tls"), reach("b", ahead: 0)], ["network.tls"]),
            ([reach("a", failed: "dns"), reach("b", failed: "dns")], ["network.dns", "network.dns", "network.own"]),
            ([reach("a", failed: "connect"), reach("b", isLocal: true)], ["network.connect"]),
        ]) func `judges what addresses told`(reach: [ProviderReach], codes: [String])
    {
        let findings = DoctorNetwork.check(reach)
        #expect(findings.map(\.code).filter { $0 != "network.ok" } == codes, "\(findings.map(\.text))")
        #expect(findings.allSatisfy { $0.severity == .info || $0.fix?.isEmpty == false })
    }
}
