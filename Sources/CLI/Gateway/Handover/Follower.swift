// SPDX-License-Identifier: Apache-2.0
import Synchronization
import Transport

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// The process that somebody waits for, such as a shell or a container, once another process is the gateway: it passes signals on, and ends
/// when the last gateway has ended, with its status. It holds no socket and no file of the gateway's.
///
/// What it knows it reads from a pipe to which each gateway in turn writes `pid <n>`, and the last one `exit <status>`.
enum Follower {
    static let variable = "UNDERSTUDY_FOLLOWS"

    /// Both ends, for a gateway that may be replaced one day.
    static func pipe() throws(SystemError) -> (reading: Int32, writing: Int32) {
        var ends: [Int32] = [-1, -1]
        guard systemPipe(&ends) == 0 else { throw SystemError("pipe") }
        for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
        return (ends[0], ends[1])
    }

    /// What a gateway says to whoever follows.
    static func tell(_ life: Int32, _ text: String) {
        let line = Array((text + "\n").utf8)
        _ = write(life, line, line.count)
    }

    /// Becomes the follower, by the program as it is on disk, so that all memory is given back; does it in this process if that fails.
    ///
    /// - Parameters:
    ///   - reading: The pipe's reading end.
    ///   - writing: Its writing end, which is closed here.
    static func become(reading: Int32, writing: Int32, gateway: Int32, origin: Handover.Origin) -> Int32 {
        close(writing)
        // Idle connections to providers, above all.
        for number in 3..<max(4, min(getdtablesize(), 1 << 16)) where number != reading { _ = fcntl(number, F_SETFD, FD_CLOEXEC) }
        _ = fcntl(reading, F_SETFD, 0)
        if let program = origin.program {
            var words: [UnsafeMutablePointer<CChar>?] = origin.arguments.map { strdup($0) } + [nil]
            let environment = origin.environment + ["\(variable)=\(reading) \(gateway)"]
            var variables: [UnsafeMutablePointer<CChar>?] = environment.map { strdup($0) } + [nil]
            holdSignals(SIG_BLOCK)
            execve(program, &words, &variables)
            for pointer in words + variables { free(pointer) }
        }
        return follow(reading, gateway)
    }

    /// The status to end with, if this process was made to follow; `nil`: it was not.
    static func follow(told environment: [String: String]) -> Int32? {
        guard let text = environment[variable] else { return nil }
        unsetenv(variable)
        let numbers = text.split(separator: " ").compactMap { Int32($0) }
        guard numbers.count == 2, numbers[0] > 2, fcntl(numbers[0], F_GETFD) >= 0 else { return nil }
        return follow(numbers[0], numbers[1])
    }

    /// Which process signals are passed on to; read in signal handlers.
    private static let gateway = Atomic<Int32>(0)

    /// Passes on what comes from now on: this process is on its way to be a follower, or to end.
    static func passSignals(to process: Int32) {
        gateway.store(process, ordering: .relaxed)
        signal(SIGTERM) { _ in Follower.pass(SIGTERM) }
        signal(SIGINT) { _ in Follower.pass(SIGINT) }
        signal(SIGHUP) { _ in Follower.pass(SIGHUP) }
        signal(SIGUSR1) { _ in Follower.pass(SIGUSR1) }
    }

    /// The program that is put in this one's place has no handlers at first: what comes meanwhile waits for them. Its main thread must have
    /// them before it waits for tasks, since libdispatch has it wait with no signal held back.
    private static func holdSignals(_ how: Int32) {
        var signals = sigset_t()
        sigemptyset(&signals)
        for number in [SIGTERM, SIGINT, SIGHUP, SIGUSR1] { sigaddset(&signals, number) }
        pthread_sigmask(how, &signals, nil)
    }

    private static func follow(_ reading: Int32, _ first: Int32) -> Int32 {
        // Those that end are not to stay as zombies.
        signal(SIGCHLD, SIG_IGN)
        passSignals(to: first)
        holdSignals(SIG_UNBLOCK)
        var status: Int32 = 1
        var begun: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 256)
        while true {
            let count = Descriptor.uninterrupted { read(reading, &buffer, buffer.count) }
            guard count > 0 else { return status }
            begun += buffer[..<count]
            while let end = begun.firstIndex(of: 0x0A) {
                let words = String(decoding: begun[..<end], as: UTF8.self).split(separator: " ")
                begun.removeSubrange(...end)
                guard words.count == 2, let number = Int32(words[1]) else { continue }
                if words[0] == "pid" { gateway.store(number, ordering: .relaxed) }
                if words[0] == "exit" { status = number }
            }
        }
    }

    private static func pass(_ number: Int32) {
        let process = gateway.load(ordering: .relaxed)
        if process > 0 { kill(process, number) }
    }
}

private func systemPipe(_ ends: inout [Int32]) -> Int32 { pipe(&ends) }
