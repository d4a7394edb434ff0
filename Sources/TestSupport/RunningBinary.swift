// SPDX-License-Identifier: Apache-2.0
import Synchronization

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// A process that a test started. One thread of its own feeds and reads it, so that waiting never blocks a test's thread.
public final class RunningBinary: Sendable {
    public enum Stream: Hashable, Sendable { case out, error }

    public let processID: pid_t
    /// Held so that the folder outlives the process.
    public let home: TemporaryHome
    private let shared: Shared

    init(
        path: String, arguments: [String], environment: [String: String], input: [UInt8], home: TemporaryHome, workingFolder: String,
        limit: Duration
    ) throws(BuiltBinary.Problem) {
        let spawned = try SpawnedProcess(path: path, arguments: arguments, environment: environment, workingFolder: workingFolder)
        processID = spawned.processID
        self.home = home
        let shared = Shared(processID: spawned.processID)
        self.shared = shared
        let seconds = Double(limit.components.seconds) + Double(limit.components.attoseconds) / 1e18
        ProcessWatcher(spawned: spawned, input: input, deadline: ProcessWatcher.now() + seconds, shared: shared).start()
    }

    deinit { shared.signal(SIGKILL) }

    /// What it has written so far.
    public func output(_ stream: Stream = .out) -> String { shared.text(stream) }

    /// The first line on `stream` that holds `text`, past or future.
    ///
    /// - Throws: When the process ends, or is killed at its time limit, without having written one.
    public func line(containing text: String, on stream: Stream = .out) async throws(BuiltBinary.Problem) -> String {
        let line = await withCheckedContinuation { continuation in
            shared.wait(Waiter(text: text, stream: stream) { continuation.resume(returning: $0) })
        }
        if let line { return line }
        throw BuiltBinary.Problem(
            "no line on standard \(stream == .out ? "output" : "error") holds \"\(text)\"\nout: \(output(.out))\nerror: \(output(.error))")
    }

    /// Waits for its end.
    public func finished() async -> BuiltBinary.Finished {
        await withCheckedContinuation { continuation in shared.whenFinished { continuation.resume(returning: $0) } }
    }

    /// Sends a signal. Nothing happens once it has ended.
    public func signal(_ number: Int32) { shared.signal(number) }

    /// Asks it to stop and waits for its end.
    public func stop() async -> BuiltBinary.Finished {
        signal(SIGTERM)
        return await finished()
    }

    /// Ends it as a power cut would, and waits until it is gone.
    public func killNow() async -> BuiltBinary.Finished {
        signal(SIGKILL)
        return await finished()
    }

    struct Waiter {
        let text: String
        let stream: Stream
        let resume: @Sendable (String?) -> Void
    }

    /// What the process's thread and the tests that wait for it share. Nothing is resumed under the lock.
    final class Shared: Sendable {
        private struct State {
            var processID: pid_t
            var out: [UInt8] = []
            var error: [UInt8] = []
            var waiters: [Waiter] = []
            var enders: [@Sendable (BuiltBinary.Finished) -> Void] = []
            var finished: BuiltBinary.Finished?
        }

        private let state: Mutex<State>

        init(processID: pid_t) { state = Mutex(State(processID: processID)) }

        func text(_ stream: Stream) -> String {
            state.withLock { String(decoding: stream == .out ? $0.out : $0.error, as: UTF8.self) }
        }

        func signal(_ number: Int32) {
            state.withLock { state in
                // Reaped under this lock, so the number is still ours.
                if state.finished == nil { kill(state.processID, number) }
            }
        }

        func append(_ bytes: ArraySlice<UInt8>, to stream: Stream) {
            let ready = state.withLock { state -> [(Waiter, String)] in
                if stream == .out { state.out += bytes } else { state.error += bytes }
                guard state.waiters.contains(where: { $0.stream == stream }) else { return [] }
                let lines = Self.lines(of: stream == .out ? state.out : state.error, whole: false)
                var ready: [(Waiter, String)] = []
                state.waiters.removeAll { waiter in
                    guard waiter.stream == stream, let line = lines.first(where: { $0.contains(waiter.text) }) else { return false }
                    ready.append((waiter, line))
                    return true
                }
                return ready
            }
            for (waiter, line) in ready { waiter.resume(line) }
        }

        func wait(_ waiter: Waiter) {
            let (known, line) = state.withLock { state -> (Bool, String?) in
                let bytes = waiter.stream == .out ? state.out : state.error
                let lines = Self.lines(of: bytes, whole: state.finished != nil)
                if let line = lines.first(where: { $0.contains(waiter.text) }) { return (true, line) }
                if state.finished != nil { return (true, nil) }
                state.waiters.append(waiter)
                return (false, nil)
            }
            if known { waiter.resume(line) }
        }

        /// The lines that are ended by a line feed; with `whole` also what stands behind the last one.
        private static func lines(of bytes: [UInt8], whole: Bool) -> [String] {
            let end = whole ? bytes.endIndex : bytes.lastIndex(of: 0x0A) ?? bytes.startIndex
            return String(decoding: bytes[..<end], as: UTF8.self).split(separator: "\n").map(String.init)
        }

        func whenFinished(_ body: @escaping @Sendable (BuiltBinary.Finished) -> Void) {
            let finished = state.withLock { state -> BuiltBinary.Finished? in
                if state.finished == nil { state.enders.append(body) }
                return state.finished
            }
            if let finished { body(finished) }
        }

        /// Reaps the process, which has ended or been killed, and tells everybody.
        func end(ranTooLong: Bool) {
            let (finished, waiters, enders) = state.withLock { state in
                var status: Int32 = 0
                while waitpid(state.processID, &status, 0) < 0, errno == EINTR {}
                // The layout of POSIX's WIFSIGNALED and WEXITSTATUS on Linux and macOS.
                let number = status & 0x7F
                let finished = BuiltBinary.Finished(
                    ending: number == 0 ? .exited((status >> 8) & 0xFF) : .signalled(number),
                    out: String(decoding: state.out, as: UTF8.self), error: String(decoding: state.error, as: UTF8.self),
                    ranTooLong: ranTooLong)
                state.finished = finished
                defer { (state.waiters, state.enders) = ([], []) }
                return (finished, state.waiters, state.enders)
            }
            for waiter in waiters { waiter.resume(nil) }
            for ender in enders { ender(finished) }
        }
    }
}
