// SPDX-License-Identifier: Apache-2.0
import TestSupport
import Testing

@testable import CLI

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

@Suite struct `A settings file` {
    @Test func `that is missing is no problem, and one that is empty is empty`() throws {
        let home = try TemporaryHome()
        try home.write("", to: "empty.json")
        #expect(FileSource().bytes(at: home.path + "/none.json") == .success(nil))
        #expect(FileSource().bytes(at: home.path + "/empty.json") == .success([]))
    }

    @Test func `that is a folder, a pipe, a device or too big is answered in words`() throws {
        let home = try TemporaryHome()
        try home.write(String(repeating: " ", count: FileSource.limit + 1), to: "big.json")
        try #require(mkfifo(home.path + "/pipe", 0o600) == 0)
        #expect(FileSource().bytes(at: home.path) == .failure(.folder))
        #expect(FileSource().bytes(at: home.path + "/big.json") == .failure(.tooBig(limit: FileSource.limit)))
        #expect(FileSource().bytes(at: home.path + "/pipe") == .failure(.other("it is not a file")))
        #expect(FileSource().bytes(at: "/dev/zero") == .failure(.other("it is not a file")))
    }

    @Test func `below a file that is no folder cannot be read`() throws {
        let home = try TemporaryHome()
        try home.write("{}", to: "file")
        guard case .failure(.other) = FileSource().bytes(at: home.path + "/file/understudy.json") else {
            Issue.record("a path through a file was read")
            return
        }
    }

    @Test func `is followed through links`() throws {
        let home = try TemporaryHome()
        try home.write("{}", to: "real/a.json")
        try #require(symlink(home.path + "/real/a.json", home.path + "/link.json") == 0)
        #expect(FileSource().resolved(home.path + "/link.json") == home.path + "/real/a.json")
        #expect(FileSource().bytes(at: home.path + "/link.json") == .success(Array("{}".utf8)))
        #expect(FileSource().resolved(home.path + "/none") == home.path + "/none")
    }
}

@Suite struct `The note of a running gateway` {
    @Test func `is found while its process runs, and taken away by that gateway only`() throws {
        let home = try TemporaryHome()
        let own = RunningGateway(processID: getpid(), url: "http://127.0.0.1:7100")
        #expect(RunningGateway.find(in: home.path) == nil)
        try own.announce(in: home.path)
        #expect(RunningGateway.find(in: home.path) == own)
        RunningGateway(processID: getpid(), url: "http://127.0.0.1:7101").withdraw(from: home.path)
        #expect(RunningGateway.find(in: home.path) == own)
        own.withdraw(from: home.path)
        #expect(RunningGateway.find(in: home.path) == nil)
        #expect(home.read("gateway.json") == nil)
    }

    @Test(arguments: ["", "{", "[]", #"{"pid":1}"#, #"{"pid":-1,"url":"x"}"#, #"{"pid":99999999999,"url":"x"}"#, #"{"pid":"1","url":"x"}"#])
    func `that is damaged or stale counts as none`(text: String) throws {
        let home = try TemporaryHome()
        try home.write(text, to: "gateway.json")
        #expect(RunningGateway.find(in: home.path) == nil)
        // The highest number that Linux gives to a process is 4,194,304 (proc_sys_kernel(5)).
        try home.write(#"{"pid":4194305,"url":"http://127.0.0.1:1"}"#, to: "gateway.json")
        #expect(RunningGateway.find(in: home.path) == nil)
    }
}
