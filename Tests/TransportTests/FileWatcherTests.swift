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
}
