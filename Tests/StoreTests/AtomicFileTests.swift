// SPDX-License-Identifier: Apache-2.0
import Store
import Testing

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

@Suite struct `An atomic file` {
    let folder = TemporaryFolder()

    @Test(arguments: [[], Array("one".utf8), [UInt8](repeating: 7, count: 300_000)])
    func `is read as it was written, by its owner only`(bytes: [UInt8]) throws {
        try AtomicFile.write(bytes, to: folder("file"))
        #expect(try AtomicFile.read(folder("file")) == bytes)
        #expect(folder.mode(of: "file") == 0o600)
        #expect(folder.names == ["file"])
    }

    @Test func `replaces the old one whole`() throws {
        try AtomicFile.write(Array("a long first text".utf8), to: folder("file"))
        try AtomicFile.write(Array("short".utf8), to: folder("file"), mode: 0o644)
        #expect(try AtomicFile.read(folder("file")) == Array("short".utf8))
        #expect(folder.mode(of: "file") == 0o644)
    }

    @Test func `is written where a link leads, and the link stays`() throws {
        folder.write(Array("old".utf8), to: "real")
        #expect(symlink(folder("real"), folder("link")) == 0)
        try AtomicFile.write(Array("new".utf8), to: folder("link"))
        #expect(folder.bytes(of: "real") == Array("new".utf8))
        var status = stat()
        #expect(lstat(folder("link"), &status) == 0 && status.st_mode & S_IFMT == S_IFLNK)
    }

    @Test func `is created by one of many who try at once`() async throws {
        let path = folder("token")
        let winners = await withTaskGroup { group in
            for number in 0..<8 { group.addTask { (number, (try? AtomicFile.create([UInt8(number)], at: path)) == true) } }
            return await group.reduce(into: [Int]()) { if $1.1 { $0.append($1.0) } }
        }
        #expect(winners.count == 1)
        #expect(try AtomicFile.read(path) == winners.map { UInt8($0) })
        #expect(folder.names == ["token"])
    }

    @Test func `leaves no draft of a writer that was killed, once its lock's holder has looked`() throws {
        let drafts = ["file.0123456789ab.new", "file.ffffffffffff.new"]
        let others = ["file", "file.new", "file.0123.new", "file.0123456789ab.old", "other.0123456789ab.new", "file.bak.0123456789ab.new"]
        for name in drafts + others { folder.write([1], to: name) }
        #expect(symlink(folder("file"), folder("link")) == 0)
        AtomicFile.removeDrafts(of: folder("link"))
        #expect(folder.names == (others + ["link"]).sorted())
        AtomicFile.removeDrafts(of: folder("none/file"))
    }

    @Test func `has one place, however it is reached`() {
        folder.write([1], to: "real")
        #expect(mkdir(folder("deep"), 0o700) == 0)
        #expect(symlink(folder("real"), folder("deep/link")) == 0)
        #expect(symlink(folder("deep"), folder("way")) == 0)
        let real = AtomicFile.place(of: folder("real"))
        #expect(real.hasSuffix("/real"))
        #expect(AtomicFile.place(of: folder("way/link")) == real)
        #expect(AtomicFile.place(of: folder("way/new")) == AtomicFile.place(of: folder("deep/new")))
        #expect(AtomicFile.place(of: folder("none/new")) == folder("none/new"))
        #expect(AtomicFile.place(of: "/") == "/")
    }

    @Test func `that is missing is nothing`() throws {
        #expect(try AtomicFile.read(folder("nothing")) == nil)
    }

    @Test func `is refused when it is no file, or too large`() throws {
        #expect(mkfifo(folder("pipe"), 0o600) == 0)
        folder.write([1, 2, 3, 4], to: "four")
        let cases: [(String, Int, StoreProblem.Kind)] = [
            (folder.path, 100, .wrongType), (folder("pipe"), 100, .wrongType), ("/dev/zero", 100, .wrongType),
            (folder("four"), 3, .tooLarge), (folder("four/five"), 100, .wrongType),
        ]
        for (path, limit, kind) in cases {
            let problem = #expect(throws: StoreProblem.self) { _ = try AtomicFile.read(path, limit: limit) }
            #expect(problem?.kind == kind, "\(path)")
            #expect(problem?.description.contains(path) == true)
        }
        #expect(try AtomicFile.read(folder("four"), limit: 4) == [1, 2, 3, 4])
    }

    @Test func `leaves nothing behind where it cannot be written`() {
        let problem = #expect(throws: StoreProblem.self) { try AtomicFile.write([1], to: folder("no/such/file")) }
        #expect(problem?.kind == .missing)
        #expect(mkdir(folder("folder"), 0o700) == 0)
        #expect(throws: StoreProblem.self) { try AtomicFile.write([1], to: folder("folder")) }
        #expect(folder.names == ["folder"])
    }

    @Test(arguments: [
        ("auth-profiles.json.0123456789ab.new", true), ("x.abcdef012345.new", true), (".abcdef012345.new", true), ("notes.new", false),
        ("x.abcdef01234.new", false), ("x.ABCDEF012345.new", false), ("x.abcdef012345", false), ("abcdef012345.new", false), ("", false),
    ]) func `is known by its name while it is written`(name: String, isDraft: Bool) { #expect(AtomicFile.isDraft(name) == isDraft) }
}
