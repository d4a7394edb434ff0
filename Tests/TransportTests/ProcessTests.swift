// SPDX-License-Identifier: Apache-2.0
import Synchronization
import TestSupport
import Testing

@testable import Transport

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

@Suite(.timeLimit(.minutes(5))) struct `A child process` {
    @Test(arguments: [("exit 3", ChildProcess.Ending.exited(3)), ("kill -9 $$", .signalled(9)), ("true", .exited(0))])
    func `tells how it ended:`(script: String, ending: ChildProcess.Ending) async throws {
        let child = try ChildProcess.start(
            "/bin/sh", arguments: ["sh", "-c", script], environment: [], descriptors: [0, 1, 2], group: .own)
        #expect(try await onThread { child.wait() } == ending)
    }

    @Test func `has the descriptors that it was given, in their order, and no others`() async throws {
        var ends: [Int32] = [-1, -1]
        #expect(pipe(&ends) == 0)
        // Left open without a mark, as careless code does.
        let stray = dup(ends[0])
        defer { close(stray) }
        let child = try ChildProcess.start(
            "/bin/sh", arguments: ["sh", "-c", "echo five >&5; ls /proc/self/fd | wc -l >&5"], environment: ["PATH=/usr/bin:/bin"],
            descriptors: [0, 1, 2, ends[1], ends[0], ends[1]], group: .session)
        close(ends[1])
        let (reading, expected) = (ends[0], ends[1])
        let text = try await onThread {
            var bytes = [UInt8](repeating: 0, count: 256)
            var text = ""
            while case let count = read(reading, &bytes, bytes.count), count > 0 {
                text += String(decoding: bytes[..<count], as: UTF8.self)
            }
            return text
        }
        close(reading)
        #expect(try await onThread { child.wait() } == .exited(0))
        // Those six, and the one by which ls reads the folder.
        #expect(text.split(separator: "\n") == ["five", "7"], "\(expected)")
    }

    @Test(arguments: ["/", "/usr"]) func `works in the folder that it was given:`(folder: String) async throws {
        let child = try ChildProcess.start(
            "/bin/sh", arguments: ["sh", "-c", "test \"$(pwd -P)\" = \"\(folder)\""], environment: ["PATH=/usr/bin:/bin"],
            descriptors: [0, 1, 2], group: .own, folder: folder)
        #expect(try await onThread { child.wait() } == .exited(0))
    }

    @Test func `that is not there is an error`() {
        #expect(throws: SystemError.self) {
            try ChildProcess.start("/nowhere/program", arguments: ["program"], environment: [], descriptors: [0, 1, 2], group: .own)
        }
    }
}

@Suite(.timeLimit(.minutes(5))) struct `A channel of lines` {
    final class Heard: Sendable {
        let lines = Mutex<[String]>([])
        let hasEnded = Mutex(false)
    }

    static func open(_ raw: Int32) throws -> (LineChannel, Heard) {
        let heard = Heard()
        let channel = try LineChannel(Descriptor(owning: raw))
        try channel.begin(
            line: { line in heard.lines.withLock { $0.append(String(decoding: line, as: UTF8.self)) } },
            ended: { heard.hasEnded.withLock { $0 = true } })
        return (channel, heard)
    }

    @Test func `brings them whole and in order, both ways, and says when the other is gone`() async throws {
        let ends = try LineChannel.pair()
        let (one, heardByOne) = try Self.open(ends.own)
        let (two, heardByTwo) = try Self.open(ends.other)
        let long = String(repeating: "x", count: 3 << 20)
        for line in ["first", "", long, "last"] { one.send(Array(line.utf8)) }
        two.send(Array("back".utf8))
        one.close()
        #expect(await eventually { heardByTwo.hasEnded.withLock { $0 } })
        #expect(heardByTwo.lines.withLock { $0 } == ["first", "", long, "last"])
        #expect(await eventually { heardByOne.lines.withLock { $0 } == ["back"] })
        two.closeNow()
        #expect(await eventually { heardByOne.hasEnded.withLock { $0 } })
        one.send(Array("nobody hears it".utf8))
    }

    @Test func `ends rather than to hold more than its bound for one who does not read`() async throws {
        let ends = try LineChannel.pair()
        let (channel, heard) = try Self.open(ends.own)
        let line = [UInt8](repeating: 0x78, count: 8 << 20)
        for _ in 0..<6 { channel.send(line) }
        #expect(await eventually { heard.hasEnded.withLock { $0 } })
        close(ends.other)
    }
}

@Suite struct `A socket of another process` {
    @Test(arguments: [
        ("127.0.0.1", "127.0.0.1", true), ("127.0.0.1", "127.0.0.2", false), ("127.0.0.1", "0.0.0.0", false), ("::1", "::1", true),
        ("::1", "0:0:0:0:0:0:0:1", true), ("::", "0::0", true), ("::1", "nonsense", false),
    ]) func `is the one that is wanted, however its address is written:`(host: String, wanted: String, isIt: Bool) throws {
        let socket = try ListeningSocket(host: host, port: 0)
        #expect(socket.listens(on: wanted, port: 0) == isIt && socket.listens(on: wanted, port: socket.port) == isIt)
        #expect(!socket.listens(on: wanted, port: socket.port ^ 1))
    }
}

@Suite struct `Who listens on a port` {
    @Test func `is found by the port`() throws {
        let socket = try ListeningSocket(host: "127.0.0.1", port: 0)
        #if canImport(Glibc)
            #expect(PortHolder.find(port: socket.port)?.processID == getpid())
        #endif
        let port = socket.port
        socket.close()
        #expect(PortHolder.find(port: port)?.processID != getpid())
    }

    @Test func `is read from the system's table, without those who are connected`() {
        let table = """
              sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode
               0: 0100007F:1BBC 00000000:0000 0A 00000000:00000000 00:00000000 00000000  1000        0 41 1 0 100 0 0 10 0
               1: 0100007F:1BBC 0100007F:8F2A 01 00000000:00000000 00:00000000 00000000  1000        0 42 1 0 100 0 0 10 0
               2: 00000000:1BBD 00000000:0000 0A 00000000:00000000 00:00000000 00000000  1000        0 43 1 0 100 0 0 10 0
               3: short
            """
        #expect(PortHolder.listeners(on: 0x1BBC, in: table) == ["socket:[41]"])
        #expect(PortHolder.listeners(on: 1, in: table) == [])
    }
}

@Suite(.timeLimit(.minutes(5))) struct `A service manager` {
    @Test func `is told in datagrams`() async throws {
        let home = try TemporaryHome()
        let path = home.path + "/notify"
        let raw = socket(AF_UNIX, Int32(SOCK_DGRAM.rawValue), 0)
        let descriptor = Descriptor(owning: raw)
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: path.utf8) }
        let bound = withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { bind(raw, $0, socklen_t(MemoryLayout<sockaddr_un>.size)) }
        }
        #expect(bound == 0)
        let notice = try #require(ServiceNotice(environment: ["NOTIFY_SOCKET": path]))
        notice.ready("Serving")
        notice.handedOver(to: 42, "Serving")
        notice.stopping("Ending", within: .seconds(320))
        var bytes = [UInt8](repeating: 0, count: 256)
        var heard: [String] = []
        for _ in 0..<3 {
            let count = recv(descriptor.raw, &bytes, bytes.count, Int32(MSG_DONTWAIT))
            if count > 0 { heard.append(String(decoding: bytes[..<count], as: UTF8.self)) }
        }
        #expect(
            heard == [
                "READY=1\nSTATUS=Serving", "MAINPID=42\nREADY=1\nSTATUS=Serving",
                "STOPPING=1\nSTATUS=Ending\nEXTEND_TIMEOUT_USEC=320000000",
            ])
    }

    @Test(arguments: [[:], ["NOTIFY_SOCKET": ""], ["NOTIFY_SOCKET": "relative"], ["NOTIFY_SOCKET": "@"]])
    func `that is not there is not told:`(environment: [String: String]) {
        #expect(ServiceNotice(environment: environment) == nil)
    }

    @Test func `whose socket is gone is nobody's trouble`() throws {
        #expect(try #require(ServiceNotice(environment: ["NOTIFY_SOCKET": "/nowhere/socket"])).tell(["READY=1"]) == false)
        #expect(
            try #require(ServiceNotice(environment: ["NOTIFY_SOCKET": "/" + String(repeating: "x", count: 300)])).tell(["READY=1"]) == false
        )
    }
}
