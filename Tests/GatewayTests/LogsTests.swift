// SPDX-License-Identifier: Apache-2.0
import HTTP
import JSON
import Rehearsal
import TestSupport
import Testing

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// The log's file as the built gateway writes it, and `understudy logs` over it.
@Suite(.timeLimit(.minutes(5))) struct `The log` {
    private static func stage() throws -> (Stage, [(name: String, upstream: ScriptedUpstream)]) {
        let stage = try Stage()
        return (
            stage,
            [
                ("poor", try stage.provider("poor") { _ in .refuses(402, "No credit left for key-poor at acme") }),
                ("spare", try stage.provider("spare", Stage.says("Here."))),
            ]
        )
    }

    private func objects(_ text: String) -> [JSONValue] {
        text.split(separator: "\n").compactMap { try? JSONValue.parse(String($0)) }
    }

    @Test func `tells each decision to people and to programs, and no secret`() async throws {
        let (stage, upstreams) = try Self.stage()
        let gateway = try await RunningGateway(settings: Stage.settings(upstreams, fallbacks: ["spare/m"]))
        let reply = try await gateway.ask("default")
        let id = try #require(reply.headers.first("x-understudy-request-id"))
        let other = try await gateway.ask("spare/m")
        #expect(reply.status == 200 && other.status == 200)
        #expect(try await eventually { try await gateway.command(["logs"]).out.contains("Answered by another candidate") })

        let text = try await gateway.command(["logs", "--request", id.lowercased(), "--utc"])
        let lines = text.out.split(separator: "\n").map(String.init)
        try #require(lines.count >= 3, "\(text.out)")
        let credential = "poor:config"
        #expect(
            lines[0].dropFirst(8).hasPrefix(
                " notice  model-fallback Attempt failed attempt=1 model=poor/m credential=\(credential) reason=billing "), "\(lines[0])")
        #expect(lines.allSatisfy { $0.hasSuffix(" request=\(id)") })

        let json = objects(try await gateway.command(["logs", "--json", "--request", id]).out)
        #expect(json.first?["type"] == "meta" && json.first?["cursor"]?.string?.isEmpty == false)
        let events = json.filter { $0["event"]?.string == "model_fallback_decision" }.compactMap { $0["details"] }
        #expect(events.compactMap { $0["decision"]?.string } == ["candidate_failed", "candidate_succeeded"])
        let failed = try #require(events.first)
        let wanted: [(String, JSONValue)] = [
            ("runId", .string(id)), ("requestedModel", "default"), ("candidateProvider", "poor"), ("candidateModel", "m"), ("attempt", 1),
            ("reason", "billing"), ("status", 402), ("nextCandidateProvider", "spare"), ("nextCandidateModel", "m"), ("isPrimary", true),
            ("fallbackConfigured", true), ("fallbackStepType", "fallback_step"), ("fallbackStepFromModel", "poor/m"),
            ("fallbackStepToModel", "spare/m"), ("fallbackStepFromFailureReason", "billing"), ("fallbackStepFinalOutcome", "next_fallback"),
        ]
        for (name, value) in wanted { #expect(failed[name] == value, "\(name)") }
        #expect(failed["errorPreview"]?.string?.hasPrefix("No credit left for ") == true)
        #expect(failed["profileId"]?.string?.hasPrefix("sha256:") == true)
        let health = json.first { $0["event"]?.string == "auth_profile_failure_state_updated" }?["details"]
        #expect(health?["window"] == "new" && health?["disabledUntil"]?.int != nil && health?["provider"] == "poor")

        let path = ".understudy/logs/understudy.log"
        let file = try #require(gateway.home.read(path))
        #expect(!file.contains("key-poor") && !file.contains("Who is on stage?"))
        let raw = try #require(objects(file).first { $0["1"]?["event"]?.string == "model_fallback_decision" })
        #expect(raw["0"] == #"{"subsystem":"model-fallback"}"# && raw["2"] == "Attempt failed" && raw["_meta"]?["logLevelName"] == "INFO")
        var facts = stat()
        #expect(stat(gateway.home.path + "/" + path, &facts) == 0 && facts.st_mode & 0o777 == 0o600)
        await gateway.stop()
        // The same from the file, with nobody there.
        #expect(try await gateway.command(["logs", "--request", id, "--utc"]).out == text.out)
        withExtendedLifetime(stage) {}
    }

    @Test func `says what it leaves out, and finds what is asked for`() async throws {
        let (stage, upstreams) = try Self.stage()
        let gateway = try await RunningGateway(settings: Stage.settings(upstreams, fallbacks: []))
        for _ in 0..<3 { _ = try await gateway.ask("default") }
        #expect(
            try await eventually {
                try await gateway.command(["logs"]).out.split(separator: "\n").count { $0.contains("Request refused") } == 3
            })
        let short = try await gateway.command(["logs", "--limit", "1"])
        #expect(short.out.split(separator: "\n").count == 1)
        #expect(short.error.hasPrefix("Older lines are left out (") && short.error.contains("--limit 10 shows more"))
        let cut = try await gateway.command(["logs", "--max-bytes", "900", "--json"])
        let notice = objects(cut.out).first { $0["type"]?.string == "notice" }?["message"]?.string
        #expect(notice?.hasPrefix("Log tail truncated (increase --max-bytes): ") == true && cut.error.isEmpty)
        let warnings = try await gateway.command(["logs", "--level", "warn"])
        #expect(warnings.out.split(separator: "\n").allSatisfy { $0.contains(" warning ") || $0.contains(" error ") })
        let failed = try await gateway.command(["logs", "--failed", "--since", "1h"])
        #expect(!failed.out.contains("Listening") && failed.out.contains("Attempt failed") && failed.error.isEmpty)
        let none = try await gateway.command(["logs", "--request", String(repeating: "0", count: 26)])
        #expect(none.status == 0 && none.out.isEmpty && none.error == "No line fits.\n")
        #expect(try await gateway.command(["logs", "--level", "loud"]).status == 64)
        await gateway.stop()
        withExtendedLifetime(stage) {}
    }

    @Test func `is given to its owner over HTTP, with a cursor`() async throws {
        let (stage, upstreams) = try Self.stage()
        let gateway = try await RunningGateway(settings: Stage.settings(upstreams, fallbacks: []))
        let first = try await gateway.get("/api/logs?limit=2").json
        #expect(first["lines"]?.array?.isEmpty == false && first["reset"] == false && first["truncated"]?.bool != nil)
        _ = try await gateway.ask("default")
        var cursor = try #require(first["cursor"]?.string)
        var seen: [String] = []
        #expect(
            try await eventually {
                let page = try await gateway.get("/api/logs?cursor=\(cursor)").json
                seen += (page["lines"]?.array ?? []).compactMap(\.string)
                cursor = page["cursor"]?.string ?? cursor
                return seen.contains { $0.contains("Request refused") }
            })
        #expect(!seen.contains { $0.contains("Listening") } && Set(seen).count == seen.count)
        for query in ["limit=0", "maxBytes=x", "level=loud", "failed=perhaps", "since=-1", "cursor=1.2.3", "lines=2"] {
            #expect(try await gateway.get("/api/logs?\(query)").status == 400, "\(query)")
        }
        #expect(try await gateway.send(.get, "/api/logs", authorized: false).status == 401)
        let far = try await BuiltBinary().run(
            ["logs", "--url", gateway.url, "--failed"], environment: ["UNDERSTUDY_GATEWAY_TOKEN": gateway.token])
        #expect(far.status == 0 && far.out.contains("Request refused"), "\(far.error)")
        #expect(try await BuiltBinary().run(["logs", "--url", "http://127.0.0.1:1"]).status == 69)
        await gateway.stop()
        withExtendedLifetime(stage) {}
    }

    @Test func `is followed while it is put aside, and when the gateway starts again`() async throws {
        let (stage, upstreams) = try Self.stage()
        let settings = Stage.settings(upstreams, fallbacks: [], more: "logging: { maxFileBytes: 4096, keepFiles: 50 },")
        let first = try await RunningGateway(settings: settings)
        let follower = try BuiltBinary().start(["logs", "--follow", "--interval", "50"], home: first.home, limit: .seconds(280))
        _ = try await follower.line(containing: "Listening")
        var ids: [String] = []
        func ask(_ gateway: RunningGateway) async throws {
            for _ in 0..<12 {
                ids.append(try #require(try await gateway.ask("default").headers.first("x-understudy-request-id")))
            }
        }
        try await ask(first)
        await first.stop()
        let second = try await RunningGateway(settings: nil, home: first.home)
        try await ask(second)
        await second.stop()
        #expect(
            await eventually {
                let lines = follower.output().split(separator: "\n").filter { $0.contains(" Request refused ") }
                return lines.compactMap { $0.split(separator: "=").last.map(String.init) } == ids
            }, "\(follower.output().suffix(2000))")
        #expect(first.home.read(".understudy/logs/understudy.log.1") != nil)
        #expect(follower.output(.error).isEmpty)
        follower.signal(SIGINT)
        _ = await follower.finished()
        withExtendedLifetime(stage) {}
    }

    @Test func `is not written where the settings want none`() async throws {
        let gateway = try await RunningGateway(settings: "{ logging: { file: 'none' } }")
        let none = try await gateway.command(["logs"])
        #expect(none.status == 1 && none.error.contains("writes no log file (logging.file is none"))
        #expect(try await gateway.get("/api/logs").status == 404)
        #expect(gateway.home.read(".understudy/logs/understudy.log") == nil)
        await gateway.stop()
    }
}
