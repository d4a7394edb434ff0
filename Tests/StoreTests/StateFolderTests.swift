// SPDX-License-Identifier: Apache-2.0
import Store
import Testing

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

@Suite struct `The state folder` {
    let folder = TemporaryFolder()

    @Test(arguments: ["", "relative/path", "~/.understudy", "/with\0zero"])
    func `needs an absolute path`(path: String) {
        let problem = #expect(throws: StoreProblem.self) { _ = try StateFolder(path: path) }
        #expect(problem?.kind == .wrongType)
    }

    @Test(arguments: [("/a/b/", "/a/b"), ("/a//", "/a"), ("/", "/"), ("/a", "/a")])
    func `has no slash at its end`(given: String, path: String) throws {
        #expect(try StateFolder(path: given).path == path)
    }

    @Test func `is made with its parents, for its owner only`() throws {
        let state = try StateFolder(path: folder("one/two/three"))
        #expect(try state.ensure() == nil)
        for name in ["one", "one/two", "one/two/three"] { #expect(folder.mode(of: name) == 0o700) }
        #expect(try state.ensure() == nil)
    }

    @Test func `is closed to others if it is empty or ours`() throws {
        for name in ["empty", "ours"] { mkdir(folder(name), 0o755) }
        folder.write([], to: "ours/understudy.sqlite")
        folder.write([], to: "ours/other")
        for name in ["empty", "ours"] {
            #expect(try StateFolder(path: folder(name)).ensure() == nil)
            #expect(folder.mode(of: name) == 0o700)
        }
    }

    @Test func `is left as it is, with a warning, if it holds something else`() throws {
        mkdir(folder("theirs"), 0o755)
        chmod(folder("theirs"), 0o755)
        folder.write([], to: "theirs/precious")
        let warning = try StateFolder(path: folder("theirs")).ensure()
        #expect(warning?.contains("chmod 700 \(folder("theirs"))") == true)
        #expect(folder.mode(of: "theirs") == 0o755)
    }

    @Test func `may be a link to a folder`() throws {
        mkdir(folder("real"), 0o700)
        symlink(folder("real"), folder("link"))
        #expect(try StateFolder(path: folder("link")).ensure() == nil)
    }

    @Test func `is refused in words when something else is there`() throws {
        folder.write([], to: "file")
        symlink(folder("nowhere"), folder("dangling"))
        symlink(folder("loop"), folder("loop"))
        for (name, words) in [
            ("file", "it is not a folder"), ("file/below", "Not a directory"), ("dangling", "does not exist"), ("loop", "symbolic link"),
        ] {
            let state = try StateFolder(path: folder(name))
            let problem = #expect(throws: StoreProblem.self) { _ = try state.ensure() }
            #expect(problem?.kind == .wrongType)
            #expect(problem?.description.contains(words) == true, "\(problem?.description ?? "")")
            #expect(problem?.description.contains("--state-dir") == true)
        }
    }

    @Test(.enabled(if: !isSuperuser)) func `is refused in words when it may not be used`() throws {
        mkdir(folder("closed"), 0o500)
        for name in ["closed", "closed/below"] {
            let state = try StateFolder(path: folder(name))
            let problem = #expect(throws: StoreProblem.self) { _ = try state.ensure() }
            #expect(problem?.kind == .denied)
        }
    }
}
