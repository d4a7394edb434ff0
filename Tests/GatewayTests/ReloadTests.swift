// SPDX-License-Identifier: Apache-2.0
import HTTP
import JSON
import Rehearsal
import TestSupport
import Testing
import Transport

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// Settings that change under a running gateway.
@Suite(.timeLimit(.minutes(5))) struct `Changed settings` {
    static let path = ".understudy/understudy.json"

    struct Scene {
        let stage = try? Stage()
        let old: ScriptedUpstream
        let new: ScriptedUpstream
        let gateway: RunningGateway

        init(pace: Duration = .zero) async throws {
            let stage = try #require(stage)
            old = try stage.provider("old") { .says("The old cast, word by word by word.", to: $0, pace: pace) }
            new = try stage.provider("new", Stage.says("The new cast."))
            gateway = try await RunningGateway(settings: Stage.settings([("old", old), ("new", new)]))
        }

        /// The same providers, the new one first.
        var changed: String { Stage.settings([("old", old), ("new", new)], primary: "new/m") }

        func answers(_ text: String) async -> Bool {
            await eventually { (try? await gateway.ask("default").content) == text }
        }
    }

    @Test func `are in force soon after the file is saved`() async throws {
        let scene = try await Scene()
        #expect(await scene.answers("The old cast, word by word by word."))
        try scene.gateway.home.write(scene.changed, to: Self.path)
        #expect(await scene.answers("The new cast."))
        await scene.gateway.stop()
    }

    @Test func `are in force after an editor has put a new file in the old one's place`() async throws {
        let scene = try await Scene()
        for (text, answer) in [
            (scene.changed, "The new cast."),
            (Stage.settings([("old", scene.old), ("new", scene.new)]), "The old cast, word by word by word."),
            (scene.changed, "The new cast."),
        ] {
            try scene.gateway.home.write(text, to: Self.path + ".tmp")
            try #require(rename("\(scene.gateway.home.path)/\(Self.path).tmp", "\(scene.gateway.home.path)/\(Self.path)") == 0)
            #expect(await scene.answers(answer))
        }
        await scene.gateway.stop()
    }

    @Test func `are in force after SIGHUP, with keys that no file watch tells of`() async throws {
        let scene = try await Scene()
        // A watch would have been faster than the signal: only the log tells which it was.
        try scene.gateway.home.write(scene.changed, to: Self.path)
        scene.gateway.process.signal(SIGHUP)
        _ = try await scene.gateway.process.line(containing: "SIGHUP", on: .error)
        #expect(await scene.answers("The new cast."))
        await scene.gateway.stop()
    }

    @Test(
        arguments: [
            ("a typo in a section of ours", #"{ timeouts: { conectSeconds: 3 } }"#, "connectSeconds"),
            ("half a file", #"{ models: { providers: { old: { baseUrl: "http://127.0."#, "understudy.json"),
            ("an empty file", "", "understudy.json"),
            ("a wrong type", #"{ gateway: { port: "seven" } }"#, "gateway.port"),
            ("no JSON5", "hello world", "understudy.json"),
        ])
    func `are refused as a whole, in words, if they hold`(what: String, text: String, words: String) async throws {
        let scene = try await Scene()
        try scene.gateway.home.write(text, to: Self.path)
        let line = try await scene.gateway.process.line(containing: "Settings not loaded", on: .error)
        #expect(line.contains(words), "\(what): \(line)")
        let problem = try await scene.gateway.status()["reload_problem"]?.string
        #expect(problem?.contains(words) == true, "\(what): \(problem ?? "nothing")")
        #expect(try await scene.gateway.ask("default").content == "The old cast, word by word by word.")
        // And mended, they count.
        try scene.gateway.home.write(scene.changed, to: Self.path)
        #expect(await scene.answers("The new cast."))
        #expect(await eventually { (try? await scene.gateway.status())?["reload_problem"] == nil })
        await scene.gateway.stop()
    }

    @Test func `may come in pieces`() async throws {
        let scene = try await Scene()
        let text = Array(scene.changed.utf8)
        let path = "\(scene.gateway.home.path)/\(Self.path)"
        let file = try #require(fopen(path, "w"))
        for part in [text[..<50], text[50..<200], text[200...]] {
            _ = Array(part).withUnsafeBytes { fwrite($0.baseAddress, 1, $0.count, file) }
            fflush(file)
            // Whatever of it is read meanwhile, the running settings answer, or the new ones.
            let content = try await scene.gateway.ask("default").content
            #expect(["The old cast, word by word by word.", "The new cast."].contains(content))
        }
        fclose(file)
        #expect(await scene.answers("The new cast."))
        await scene.gateway.stop()
    }

    @Test(arguments: ["gone", "a folder"])
    func `that cannot be read leave the running ones in force:`(what: String) async throws {
        let scene = try await Scene()
        let path = "\(scene.gateway.home.path)/\(Self.path)"
        unlink(path)
        if what == "a folder" { mkdir(path, 0o700) }
        scene.gateway.process.signal(SIGHUP)
        let line = try await scene.gateway.process.line(containing: "Settings not loaded", on: .error)
        #expect(line.contains("understudy.json"))
        #expect(try await scene.gateway.ask("default").content == "The old cast, word by word by word.")
        await scene.gateway.stop()
    }

    @Test func `leave a request under way its own chain`() async throws {
        let scene = try await Scene(pace: .milliseconds(100))
        async let streaming = scene.gateway.ask("default", stream: true)
        #expect(await eventually { !scene.old.asked.isEmpty })
        // The new settings do not know the old provider any more.
        try scene.gateway.home.write(Stage.settings([("new", scene.new)]), to: Self.path)
        #expect(await scene.answers("The new cast."))
        let reply = try await streaming
        #expect(reply.content == "The old cast, word by word by word.")
        #expect(reply.hasTerminator)
        #expect(reply.headers.first("x-understudy-model") == "old/m")
        await scene.gateway.stop()
    }

    @Test func `take the stage from the rehearsal provider`() async throws {
        let stage = try Stage()
        let real = try stage.provider("real", Stage.says("The real cast."))
        let gateway = try await RunningGateway(settings: nil)
        #expect(try await gateway.ask("default").headers.first("x-understudy-model") == "rehearsal/star")
        try gateway.home.write(Stage.settings([("real", real)]), to: Self.path)
        #expect(await eventually { (try? await gateway.ask("default").content) == "The real cast." })
        await gateway.stop()
    }

    @Test func `with a new key forgive what the old one did`() async throws {
        let stage = try Stage()
        let lead = try stage.provider("lead") { asked in
            asked.key == "key-good"
                ? .says("Paid at last.", to: asked) : .refuses(401, "Incorrect API key provided.", code: "invalid_api_key")
        }
        let spare = try stage.provider("spare", Stage.says("The show goes on."))
        let settings = Stage.settings([("lead", lead), ("spare", spare)], fallbacks: ["spare/m"])
        let gateway = try await RunningGateway(settings: settings)
        #expect(try await gateway.ask("default").content == "The show goes on.")
        #expect(try await gateway.blocks().count == 1)
        try gateway.home.write(settings.replacing("key-lead", with: "key-good"), to: Self.path)
        #expect(await eventually { (try? await gateway.blocks().isEmpty) == true })
        #expect(try await gateway.ask("default").content == "Paid at last.")
        await gateway.stop()
    }
}
