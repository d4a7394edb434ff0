// SPDX-License-Identifier: Apache-2.0
import JSON
import TestSupport
import Testing

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// A restart that is not the last word: while the old process still ends its requests, or because it must not be.
extension `A gateway that restarts` {
    @Test(arguments: ["command", "force", "signal to the first", "signal to the second"])
    func `ends both its processes when it is to stop, however long the old one might have gone on:`(how: String) async throws {
        let (gateway, upstream, stage) = try await Self.scene(more: "gateway: { stopGraceSeconds: 1 },")
        let first = try await Self.processID(of: gateway)
        async let streaming = gateway.ask("stage/endless", stream: true)
        #expect(await eventually { stage.calls(of: "stage") == 1 })
        let restarted = try await gateway.send(.post, "/api/gateway/restart", body: Array("{\"grace_seconds\": 600}".utf8)).json
        #expect(restarted["in_flight"] == 1, "\(restarted)")
        let second = try #require(restarted["pid"]?.int)
        switch how {
        case "command", "force":
            let command = try await gateway.command(["gateway", "stop"] + (how == "force" ? ["--force"] : ["--grace", "1"]))
            #expect(command.status == 0 && command.out == "Stopped.\n", "\(command)")
        case "signal to the first": gateway.process.signal(SIGTERM)
        default: kill(pid_t(second), SIGTERM)
        }
        #expect(await gateway.process.finished().ending == .exited(0))
        #expect(try await streaming.text.contains("gateway_stopped"))
        #expect(await eventually { Self.hasEnded(second) && Self.hasEnded(first) })
        #expect(await eventually { upstream.abandoned == 1 })
        #expect(try await gateway.command(["gateway", "stop"]).error.contains("no gateway runs"))
        withExtendedLifetime(stage) {}
    }

    @Test func `ends both its processes at a second signal`() async throws {
        let (gateway, _, stage) = try await Self.scene()
        async let streaming = try? gateway.ask("stage/endless", stream: true)
        #expect(await eventually { stage.calls(of: "stage") == 1 })
        let restarted = try await Self.restart(gateway)
        let second = try #require(restarted["pid"]?.int)
        gateway.process.signal(SIGINT)
        _ = try await gateway.process.line(containing: "Stopping", on: .error)
        gateway.process.signal(SIGINT)
        #expect(await gateway.process.finished().ending == .exited(130))
        #expect(await eventually { Self.hasEnded(second) })
        #expect(await streaming?.hasTerminator != true)
        withExtendedLifetime(stage) {}
    }

    @Test func `leaves its state folder to the program that has written it`() async throws {
        let (before, _, stage) = try await Self.scene()
        await before.stop()
        // SQLite's header has the schema's number in bytes 60 to 63 (sqlite.org/fileformat2.html).
        let database = before.home.path + "/.understudy/understudy.sqlite"
        var bytes = try #require(StateFiles.bytes(database))
        bytes[63] = 99
        let gateway = try await RunningGateway(settings: nil, home: before.home)
        let first = try await Self.processID(of: gateway)
        #expect(StateFiles.put(bytes, database + ".newer"))
        for ending in ["-wal", "-shm"] { unlink(database + ending) }
        #expect(rename(database + ".newer", database) == 0)
        let answer = try await Self.restart(gateway)
        #expect(answer["restarted"] == false, "\(answer)")
        #expect(
            answer["stderr"]?.array?.contains { $0.string?.contains("a newer understudy wrote it (schema 99") == true } == true, "\(answer)"
        )
        #expect(try await gateway.ask("stage/m").status == 200)
        #expect(try await Self.processID(of: gateway) == first)
        await gateway.stop()
        withExtendedLifetime(stage) {}
    }
}
