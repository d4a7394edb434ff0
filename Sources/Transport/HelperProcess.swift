// SPDX-License-Identifier: Apache-2.0
#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// A program that is run to its end for what it writes, within bounds of time and size. No shell is involved, and it gets the variables
/// that are given and no others. When its time is over it is killed with all that it has started. Blocks the caller.
public struct HelperProcess: Sendable {
    /// Absolute.
    public var command: String
    /// Where it works, if that folder is there, else in the root folder; `nil`: where this process does.
    public var folder: String?
    public var arguments: [String]
    public var environment: [String: String]
    /// On its standard input, at most `inputLimit` bytes.
    public var input: [UInt8] = []
    public var timeout: Duration
    /// Without a sign of life; `nil`: `timeout` alone counts.
    public var quietTimeout: Duration?
    /// Bytes of output beyond which it is ended.
    public var outputLimit: Int
    /// Whether its standard error is output too; else it goes nowhere.
    public var takesErrors = false

    /// What a pipe takes at once on every system, so that nobody has to feed it.
    public static let inputLimit = 16 << 10

    public init(command: String, arguments: [String], environment: [String: String], timeout: Duration, outputLimit: Int) {
        self.command = command
        self.arguments = arguments
        self.environment = environment
        self.timeout = timeout
        self.outputLimit = outputLimit
    }

    /// What it wrote until it ended by itself.
    public struct Answer: Hashable, Sendable {
        public var output: [UInt8]
        public var ending: ChildProcess.Ending
    }

    /// Why it could not be run to its end, in words that hold nothing of its output.
    public struct Trouble: Error, Hashable, Sendable { public var text: String }

    public func run() -> Result<Answer, Trouble> {
        guard input.count <= Self.inputLimit else { return .failure(Trouble(text: "what it is asked is too long")) }
        let started: Started
        switch start() {
        case .success(let value): started = value
        case .failure(let trouble): return .failure(trouble)
        }
        let output = Descriptor(owning: started.output)
        var running = Running(process: started.process, limit: outputLimit)
        let result = running.read(output.raw, until: .now + timeout, quiet: quietTimeout ?? timeout, timeout: timeout)
        if !running.isReaped { running.kill() }
        return result.map { Answer(output: $0, ending: ChildProcess.Ending(status: running.status)) }
    }

    // MARK: Starting

    private struct Started {
        var process: pid_t
        /// Ours to close.
        var output: Int32
    }

    /// In a process group of its own, so that what it starts can be ended with it.
    private func start() -> Result<Started, Trouble> {
        var question: [Int32] = [-1, -1]
        var answer: [Int32] = [-1, -1]
        guard pipe(&question) == 0 else { return .failure(Trouble(text: "no pipe could be made")) }
        let theirInput = Descriptor(owning: question[0])
        let feed = Descriptor(owning: question[1])
        guard pipe(&answer) == 0 else { return .failure(Trouble(text: "no pipe could be made")) }
        let theirOutput = Descriptor(owning: answer[1])
        for end in question + answer { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
        for end in [feed.raw, answer[0]] { _ = fcntl(end, F_SETFL, O_NONBLOCK) }
        let sent = input.withUnsafeBytes { bytes in Descriptor.uninterrupted { write(feed.raw, bytes.baseAddress, bytes.count) } }
        let nowhere = Descriptor(owning: open("/dev/null", O_WRONLY | O_CLOEXEC))
        do throws(SystemError) {
            guard sent == input.count else { throw SystemError("write", code: EAGAIN) }
            let child = try ChildProcess.start(
                command, arguments: [command] + arguments,
                environment: environment.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)" },
                descriptors: [theirInput.raw, theirOutput.raw, takesErrors ? theirOutput.raw : nowhere.raw], group: .own,
                folder: folder.map { access($0, X_OK) == 0 ? $0 : "/" })
            return .success(Started(process: child.processID, output: answer[0]))
        } catch {
            close(answer[0])
            return .failure(Trouble(text: "\(command) cannot be run: \(error.reason)"))
        }
    }

    // MARK: Running

    private struct Running {
        let process: pid_t
        let limit: Int
        /// As `waitpid` gives it, once `isReaped`.
        private(set) var status: Int32 = -1
        private(set) var isReaped = false

        init(process: pid_t, limit: Int) {
            self.process = process
            self.limit = limit
        }

        /// Reads until the program has closed its output and ended; or ended, whoever still has its output open.
        mutating func read(
            _ output: Int32, until end: ContinuousClock.Instant, quiet: Duration, timeout: Duration
        ) -> Result<[UInt8], Trouble> {
            var bytes: [UInt8] = []
            var hasEnded = false
            var quietEnd = ContinuousClock.now + quiet
            while true {
                if hasEnded, reap() { return .success(bytes) }
                let now = ContinuousClock.now
                if now >= end { return .failure(Trouble(text: "it was not done after \(Self.milliseconds(timeout)) ms")) }
                if now >= quietEnd { return .failure(Trouble(text: "it wrote nothing for \(Self.milliseconds(quiet)) ms")) }
                var interest = pollfd(fd: hasEnded ? -1 : output, events: Int16(POLLIN), revents: 0)
                _ = poll(&interest, 1, Int32(hasEnded ? 2 : min(50, Self.milliseconds(min(end, quietEnd) - now) + 1)))
                var before = bytes.count
                let wasReaped = reap()
                while !hasEnded, before >= 0 {
                    switch Self.take(output, into: &bytes) {
                    case .some: if bytes.count > limit { return .failure(Trouble(text: "it wrote more than \(limit) bytes")) }
                    case .end: hasEnded = true
                    case .nothing: before = -1
                    }
                }
                if before == -1, wasReaped { return .success(bytes) }
                if interest.revents != 0 { quietEnd = .now + quiet }
            }
        }

        private enum Taken { case some, end, nothing }

        private static func take(_ output: Int32, into bytes: inout [UInt8]) -> Taken {
            let count = withUnsafeTemporaryAllocation(byteCount: 16 << 10, alignment: 16) { piece -> Int in
                let count = Descriptor.uninterrupted { systemRead(output, piece.baseAddress, piece.count) }
                if count > 0 { bytes.append(contentsOf: piece[..<count]) }
                return count
            }
            if count > 0 { return .some }
            return count < 0 && (errno == EAGAIN || errno == EWOULDBLOCK) ? .nothing : .end
        }

        /// Whether it has ended.
        private mutating func reap() -> Bool {
            if !isReaped, waitpid(process, &status, WNOHANG) != 0 { isReaped = true }
            return isReaped
        }

        /// Ends it and all that it started.
        mutating func kill() {
            _ = systemKill(-process, SIGKILL)
            _ = systemKill(process, SIGKILL)
            while waitpid(process, &status, 0) < 0, errno == EINTR {}
            isReaped = true
        }

        private static func milliseconds(_ duration: Duration) -> Int {
            let (seconds, rest) = duration.components
            return Int(clamping: seconds * 1000 + rest / 1_000_000_000_000_000)
        }
    }
}

@inline(__always) private func systemRead(_ raw: Int32, _ target: UnsafeMutableRawPointer?, _ count: Int) -> Int {
    read(raw, target, count)
}
@inline(__always) private func systemKill(_ process: pid_t, _ number: Int32) -> Int32 { kill(process, number) }
