// SPDX-License-Identifier: Apache-2.0
import HTTP
import JSON
import Rehearsal
import Synchronization
import TestSupport
import Testing
import Transport

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// A gateway in whose place a new process comes.
@Suite(.timeLimit(.minutes(5))) struct `A gateway that restarts` {
    /// What is said in streams, a word every 400 ms.
    static let long = (1...20).map { "w\($0)" }.joined(separator: " ") + "."

    static func scene(more: String = "") async throws -> (RunningGateway, ScriptedUpstream, Stage) {
        let stage = try Stage()
        let upstream = try stage.provider("stage") { asked in
            switch asked.model {
            case "endless": .streams(Saying("And so on and so on."), to: asked, pace: .zero, .then([.stall], afterPercent: 60))
            case "slow": .says(Self.long, to: asked, pace: .milliseconds(400))
            // Turns out to be without money when another process is the gateway already.
            case "limited": Script([.wait(.seconds(5)), .answer(status: 402, headers: [:], body: [])])
            default: .says("The show goes on.", to: asked, pace: .zero)
            }
        }
        let gateway = try await RunningGateway(settings: SessionStopSettings.settings(upstream, more: more))
        return (gateway, upstream, stage)
    }

    static func processID(of gateway: RunningGateway) async throws -> Int { try #require(try await gateway.status()["pid"]?.int) }

    static func restart(_ gateway: RunningGateway) async throws -> JSONValue {
        let reply = try await gateway.send(.post, "/api/gateway/restart")
        #expect(reply.status == 200, "\(reply.text)")
        return reply.json
    }

    @Test func `refuses nobody and breaks nothing, five times under two hundred streams and fifty new connections a second`() async throws {
        let (gateway, upstream, stage) = try await Self.scene()
        let first = try await Self.processID(of: gateway)
        let before = (descriptors: Self.descriptors(of: first), memory: residentBytes(of: pid_t(first)) ?? 0)
        let body = RunningGateway.chat("stage/slow", stream: true)
        let streams = try await onThread { [bytes = gateway.bytes(body: body), port = gateway.port] in
            try (0..<200).map { _ in
                let connection = try RawConnection(port: port, seconds: 60)
                try connection.send(bytes)
                return connection
            }
        }
        #expect(await eventually { stage.calls(of: "stage") >= 200 })

        let load = Load(gateway)
        async let answered = load.run()
        var processes = [first]
        for _ in 0..<5 {
            let answer = try await Self.restart(gateway)
            #expect(answer["restarted"] == true, "\(answer)")
            processes.append(answer["pid"]?.int ?? 0)
            try await Task.sleep(for: .milliseconds(800))
        }
        load.end()
        let (ids, troubles) = try await answered
        #expect(troubles.isEmpty, "\(troubles.count) of \(ids.count): \(troubles.prefix(5))")
        #expect(ids.count > 100, "the load was \(ids.count) requests")
        #expect(Set(processes).count == 6)

        let texts = try await onThread {
            streams.map { $0.read { $0.hasSuffix("data: [DONE]\n\n\r\n0\r\n\r\n") || $0.hasSuffix("0\r\n\r\n") } }
        }
        let whole = texts.count { $0.contains("w20.") && $0.contains("data: [DONE]") && $0.hasSuffix("0\r\n\r\n") }
        #expect(whole == 200, "\(texts.first { !$0.hasSuffix("0\r\n\r\n") } ?? "")")
        #expect(upstream.abandoned == 0)

        // Those that were replaced have left, and what they did is known.
        #expect(await eventually { processes[1...4].allSatisfy { Self.hasEnded($0) } })
        for id in ids { #expect(try await gateway.receipt(id).outcome == "answered") }
        let last = processes[5]
        #expect(try await Self.processID(of: gateway) == last)
        // Upstream connections are kept for the next request, on a busy machine some more.
        #expect(await eventually { Self.descriptors(of: last) <= before.descriptors + 30 }, "\(Self.descriptors(of: last)), not \(before)")
        let memory = residentBytes(of: pid_t(last)) ?? 0
        #expect(memory < before.memory * 2 + (32 << 20), "\(before) \(memory)")
        // The first one stays for who waits for it, with next to nothing.
        #expect(await eventually { Self.descriptors(of: first) <= before.descriptors }, "\(Self.descriptors(of: first)), not \(before)")
        #expect(await gateway.process.stop().ending == .exited(0))
        #expect(await eventually { Self.hasEnded(last) })
        withExtendedLifetime(stage) {}
    }

    /// Also one that nobody has taken note of yet, as in a container whose first process does not.
    static func hasEnded(_ process: Int) -> Bool {
        if kill(pid_t(process), 0) != 0 { return true }
        guard let file = fopen("/proc/\(process)/stat", "r") else { return true }
        defer { fclose(file) }
        var bytes = [UInt8](repeating: 0, count: 1024)
        let count = fread(&bytes, 1, bytes.count, file)
        return String(decoding: bytes[..<count], as: UTF8.self).contains(") Z ")
    }

    static func descriptors(of process: Int) -> Int {
        guard let folder = opendir("/proc/\(process)/fd") else { return 0 }
        defer { closedir(folder) }
        var count = 0
        while readdir(folder) != nil { count += 1 }
        return count - 2
    }

    @Test func `loses no process by a signal, at whatever moment of it that comes`() async throws {
        let (gateway, _, stage) = try await Self.scene()
        let first = try await Self.processID(of: gateway)
        let before = Self.descriptors(of: first)
        let isOver = Atomic<Bool>(false)
        // Signals without handlers would be the end of it.
        async let signals: Void = onThread { [process = gateway.process] in
            while !isOver.load(ordering: .relaxed) {
                process.signal(SIGHUP)
                usleep(500)
            }
        }
        #expect(try await Self.restart(gateway)["restarted"] == true)
        #expect(await eventually { Self.descriptors(of: first) < before / 2 }, "\(Self.descriptors(of: first)), \(before) before")
        isOver.store(true, ordering: .relaxed)
        try await signals
        #expect(try await gateway.ask("stage/m").status == 200)
        #expect(await gateway.process.stop().ending == .exited(0))
        withExtendedLifetime(stage) {}
    }

    @Test func `is told of what the old process still finds out`() async throws {
        let (gateway, _, stage) = try await Self.scene()
        async let refused = gateway.ask("stage/limited", headers: ["x-understudy-no-fallback": "1"])
        #expect(await eventually { stage.calls(of: "stage") == 1 })
        #expect(try await Self.restart(gateway)["in_flight"] == 1)
        #expect(try await refused.status != 200)
        #expect(try await eventually { try await gateway.blocks().count == 1 })
        #expect(try await gateway.blocks().first?["reason"] == "billing")
        // It is the new process that has written it.
        gateway.process.signal(SIGTERM)
        _ = await gateway.process.finished()
        let next = try await RunningGateway(settings: nil, home: gateway.home)
        #expect(try await next.blocks().count == 1)
        await next.stop()
        withExtendedLifetime(stage) {}
    }

    @Test func `remembers which credential served a session`() async throws {
        let (gateway, _, stage) = try await Self.scene()
        let session: Headers = ["x-understudy-session": "evening"]
        #expect(try await gateway.ask("stage/m", headers: session).status == 200)
        _ = try await Self.restart(gateway)
        let plan = try await gateway.get("/api/plan?model=stage/m&session=evening")
        #expect(plan.text.contains("session_pin"), "\(plan.text)")
        await gateway.stop()
        withExtendedLifetime(stage) {}
    }

    @Test func `goes on when the new one is killed, before it serves and after`() async throws {
        let (gateway, _, stage) = try await Self.scene()
        let first = try await Self.processID(of: gateway)
        async let streaming = gateway.ask("stage/slow", stream: true)
        #expect(await eventually { stage.calls(of: "stage") == 1 })
        let answer = try await Self.restart(gateway)
        kill(pid_t(try #require(answer["pid"]?.int)), SIGKILL)
        #expect(await eventually { (try? await Self.processID(of: gateway)) == first })
        #expect(try await gateway.ask("stage/m").status == 200)
        #expect(try await streaming.content == Self.long)
        // And can be replaced after that.
        #expect(try await Self.restart(gateway)["restarted"] == true)
        #expect(try await Self.processID(of: gateway) != first)
        await gateway.stop()
        withExtendedLifetime(stage) {}
    }

    @Test func `by a signal, and twice at once, comes once`() async throws {
        let (gateway, _, stage) = try await Self.scene()
        let first = try await Self.processID(of: gateway)
        gateway.process.signal(SIGUSR1)
        #expect(await eventually { (try? await Self.processID(of: gateway)) != first })
        async let one = Self.restart(gateway)
        async let two = Self.restart(gateway)
        let (a, b) = try await (one, two)
        #expect(a["restarted"] == true && b["restarted"] == true)
        #expect(try await gateway.ask("stage/m").status == 200)
        #expect(await gateway.process.stop().ending == .exited(0))
        withExtendedLifetime(stage) {}
    }

    @Test func `with a configuration that cannot be used does not, and says why`() async throws {
        let (gateway, _, stage) = try await Self.scene()
        let first = try await Self.processID(of: gateway)
        let good = try #require(gateway.home.read(".understudy/understudy.json"))
        try gateway.home.write("{ gateway: { port: \"none\" } }", to: ".understudy/understudy.json")
        let command = try await gateway.command(["gateway", "restart"])
        #expect(command.status == 1)
        #expect(command.error.contains("not restarted: the new process exited with status 78"), "\(command.error)")
        #expect(command.error.contains("understudy.json:1:20: gateway.port is \"none\""), "\(command.error)")
        #expect(command.error.contains("process \(first) goes on as before"), "\(command.error)")
        #expect(try await gateway.ask("stage/m").status == 200)
        try gateway.home.write(good, to: ".understudy/understudy.json")
        let again = try await gateway.command(["gateway", "restart", "--json"])
        #expect(again.status == 0, "\(again)")
        #expect(try JSONValue.parse(again.out)["was_pid"]?.int == first, "\(again)")
        #expect(!again.error.contains("Set in this shell"), "\(again)")
        let exported = try await BuiltBinary().run(
            ["gateway", "restart"], environment: ["STAGE_API_KEY": "sk-of-this-shell-0123"], home: gateway.home)
        #expect(exported.status == 0, "\(exported)")
        #expect(exported.error.contains("whose variables it keeps: STAGE_API_KEY.\n  put it into ~/.understudy/.env"), "\(exported.error)")
        #expect(!exported.error.contains("of-this-shell"), "\(exported.error)")
        await gateway.stop()
        withExtendedLifetime(stage) {}
    }

    @Test(arguments: [("exit 3", "exited with status 3"), ("kill -9 $$", "was ended by signal 9")])
    func `is the program as it is on disk by then, unless that cannot run:`(script: String, told: String) async throws {
        let home = try TemporaryHome()
        let binary = try BuiltBinary()
        try home.write("", to: "bin/none")
        #expect(symlink(binary.path, home.path + "/bin/understudy") == 0)
        let installed = BuiltBinary(program: home.path + "/bin/understudy")
        let started = try await installed.run(["gateway", "start", "--port", "0", "--json"], home: home)
        let first = try JSONValue.parse(started.out)
        #expect(started.status == 0 && first["started"] == true, "\(started)")
        try home.write("#!/bin/sh\necho sk-proj-abcdefghijklmnopqrstuvwxyz0123456789 >&2\n\(script)\n", to: "bin/next", mode: 0o755)
        #expect(rename(home.path + "/bin/next", home.path + "/bin/understudy") == 0)
        let failed = try await binary.run(["gateway", "restart"], home: home)
        #expect(failed.status == 1 && failed.error.contains(told), "\(failed)")
        #expect(!failed.error.contains("abcdefghijklmnopqrstuvwxyz"), "\(failed.error)")
        try home.write("#!/bin/sh\necho upgraded > \"$HOME/upgraded\"\nexec \(binary.path) \"$@\"\n", to: "bin/next", mode: 0o755)
        #expect(rename(home.path + "/bin/next", home.path + "/bin/understudy") == 0)
        let restarted = try await binary.run(["gateway", "restart", "--json"], home: home)
        #expect(restarted.status == 0, "\(restarted)")
        #expect(home.read("upgraded") == "upgraded\n")
        let status = try await binary.run(["gateway", "status", "--json"], home: home)
        #expect(try JSONValue.parse(status.out)["status"]?["pid"] == JSONValue.parse(restarted.out)["pid"], "\(status.out)")
        #expect(try await binary.run(["gateway", "stop"], home: home).status == 0)
        #expect(await eventually { Self.hasEnded(first["pid"]?.int ?? 0) })
    }
}

/// Clients that come and go while a gateway is replaced: each request must be answered.
private final class Load: Sendable {
    private let gateway: RunningGateway
    private let isOver = Flag()

    init(_ gateway: RunningGateway) { self.gateway = gateway }

    func end() { isOver.set() }

    /// Fifty connections a second from five clients, one of which asks several times on each.
    ///
    /// - Returns: The ids of what was answered, and what was not, in words.
    func run() async throws -> (ids: [String], troubles: [String]) {
        try await withThrowingTaskGroup(of: ([String], [String]).self) { group in
            for client in 0..<5 {
                group.addTask { [self] in try await onThread { try self.client(asks: client == 0 ? 5 : 1) } }
            }
            return try await group.reduce(into: ([], [])) { result, part in
                result.0 += part.0
                result.1 += part.1
            }
        }
    }

    private func client(asks count: Int) throws -> ([String], [String]) {
        var ids: [String] = []
        var troubles: [String] = []
        let request = gateway.bytes(body: RunningGateway.chat("stage/m"))
        var next = ContinuousClock.now
        while !isOver.isSet {
            next += .milliseconds(100)
            do throws(SystemError) {
                let connection = try RawConnection(port: gateway.port, seconds: 20)
                for _ in 0..<count {
                    try connection.send(request)
                    let reply = connection.read { $0.contains("\"finish_reason\":\"stop\"") }
                    if reply.hasPrefix("HTTP/1.1 200"), let id = Self.id(in: reply) { ids.append(id) } else { troubles.append(reply) }
                    if reply.contains("connection: close") { break }
                    usleep(30_000)
                }
            } catch {
                troubles.append(error.description)
            }
            let early = next - ContinuousClock.now
            if early > .zero { usleep(UInt32(early.microseconds)) }
        }
        return (ids, troubles)
    }

    private static func id(in reply: String) -> String? {
        let name = "x-understudy-request-id: "
        guard let line = reply.split(separator: "\r\n").first(where: { $0.hasPrefix(name) }) else { return nil }
        return String(line.dropFirst(name.count))
    }
}

/// Set once, from another task.
private final class Flag: Sendable {
    private let value = Mutex(false)
    var isSet: Bool { value.withLock { $0 } }
    func set() { value.withLock { $0 = true } }
}
