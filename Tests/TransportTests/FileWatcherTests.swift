// SPDX-License-Identifier: Apache-2.0
import Synchronization
import TestSupport
import Testing
import Transport

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

@Suite(.timeLimit(.minutes(5))) struct `A watched file` {
    private final class Count: Sendable {
        let value = Mutex(0)
        var now: Int { value.withLock { $0 } }
    }

    @Test(arguments: ["a.json", "not/there/yet/a.json"])
    func `is told of when it comes, changes, is replaced and goes:`(path: String) async throws {
        let home = try TemporaryHome()
        let group = try EventLoopGroup(count: 1)
        let changes = Count()
        let watcher = FileWatcher(paths: ["\(home.path)/\(path)"], quiet: .milliseconds(1), on: group.loops[0]) {
            changes.value.withLock { $0 += 1 }
        }
        var before = 0
        func told() async -> Bool {
            defer { before = changes.now }
            return await eventually { changes.now > before }
        }
        try home.write("one", to: path)
        #expect(await told(), "it came")
        try home.write("another", to: path)
        #expect(await told(), "it changed")
        try home.write("third", to: path + ".tmp")
        #expect(rename("\(home.path)/\(path).tmp", "\(home.path)/\(path)") == 0)
        #expect(await told(), "it was replaced")
        unlink("\(home.path)/\(path)")
        #expect(await told(), "it went")
        watcher.end()
        try await onThread { group.stop() }
    }

    /// A file in a folder that is kept elsewhere: what is named is a link, the folder that it stands in, or both, as a cluster mounts settings.
    @Test(arguments: [
        // What links to what, which file is watched, which one is written, and which link is turned to lead elsewhere.
        ([("../kept/a.json", "home/a.json")], "home/a.json", "kept/a.json", ("../other/a.json", "home/a.json")),
        ([("kept", "home")], "home/a.json", "kept/a.json", ("other", "home")),
        ([("kept", "home/..data"), ("..data/a.json", "home/a.json")], "home/a.json", "home/kept/a.json", ("other", "home/..data")),
    ])
    func `is told of where a link leads to it:`(
        links: [(to: String, from: String)], watched: String, written: String, turned: (to: String, from: String)
    ) async throws {
        let home = try TemporaryHome()
        try home.write("one", to: written)
        for other in ["other/a.json", "home/other/a.json"] where links[0].from != "home" || other == "other/a.json" {
            try home.write("other", to: other)
        }
        if links[0].from != "home" { try home.write("", to: "home/neighbour") }
        for link in links { #expect(symlink(link.to, "\(home.path)/\(link.from)") == 0) }
        let group = try EventLoopGroup(count: 1)
        let changes = Count()
        let watcher = FileWatcher(paths: ["\(home.path)/\(watched)"], quiet: .milliseconds(1), on: group.loops[0]) {
            changes.value.withLock { $0 += 1 }
        }
        try home.write("two", to: written)
        #expect(await eventually { changes.now > 0 }, "what it leads to changed")
        let before = changes.now
        #expect(symlink(turned.to, "\(home.path)/\(turned.from).new") == 0)
        #expect(rename("\(home.path)/\(turned.from).new", "\(home.path)/\(turned.from)") == 0)
        #expect(await eventually { changes.now > before }, "it leads elsewhere")
        #expect(
            await eventually {
                let before = changes.now
                _ = try? home.write("three", to: turned.from == "home/..data" ? "home/other/a.json" : "other/a.json")
                return await eventually(within: .milliseconds(500)) { changes.now > before }
            }, "what it leads to by now changed")
        watcher.end()
        try await onThread { group.stop() }
    }

    @Test(arguments: ["removed", "moved"]) func `is told of after its folder was replaced:`(how: String) async throws {
        let home = try TemporaryHome()
        try home.write("one", to: "agent/a.json")
        let group = try EventLoopGroup(count: 1)
        let changes = Count()
        let watcher = FileWatcher(paths: ["\(home.path)/agent/a.json"], quiet: .milliseconds(1), on: group.loops[0]) {
            changes.value.withLock { $0 += 1 }
        }
        if how == "moved" {
            #expect(rename("\(home.path)/agent", "\(home.path)/before") == 0)
        } else {
            unlink("\(home.path)/agent/a.json")
            rmdir("\(home.path)/agent")
        }
        #expect(await eventually { changes.now > 0 }, "it is gone")
        var before = changes.now
        try home.write("two", to: "agent/a.json")
        #expect(await eventually { changes.now > before }, "it is there again")
        #expect(
            await eventually {
                before = changes.now
                _ = try? home.write("three", to: "agent/a.json")
                return await eventually(within: .milliseconds(500)) { changes.now > before }
            }, "it changed")
        watcher.end()
        try await onThread { group.stop() }
    }
}
