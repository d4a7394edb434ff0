// SPDX-License-Identifier: Apache-2.0
#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// Feeds a process its input, collects its output, kills it at its deadline and reaps it, on a thread of its own.
final class ProcessWatcher: Sendable {
    /// Bytes of output kept per stream; a process that writes more is cut off, not the test run.
    private static let outputLimit = 64 << 20

    private let spawned: SpawnedProcess
    private let input: [UInt8]
    /// Seconds on the monotonic clock.
    private let deadline: Double
    private let shared: RunningBinary.Shared

    init(spawned: SpawnedProcess, input: [UInt8], deadline: Double, shared: RunningBinary.Shared) {
        self.spawned = spawned
        self.input = input
        self.deadline = deadline
        self.shared = shared
    }

    static func now() -> Double {
        var time = timespec()
        clock_gettime(CLOCK_MONOTONIC, &time)
        return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
    }

    func start() {
        #if canImport(Glibc)
            var thread = pthread_t()
        #else
            var thread: pthread_t?
        #endif
        let context = Unmanaged.passRetained(self).toOpaque()
        let code = pthread_create(
            &thread, nil,
            { context in
                #if !canImport(Glibc)
                    let context: UnsafeMutableRawPointer? = context
                #endif
                guard let context else { return nil }
                Unmanaged<ProcessWatcher>.fromOpaque(context).takeRetainedValue().watch()
                return nil
            }, context)
        precondition(code == 0, "a test's thread could not be started")
        #if canImport(Glibc)
            pthread_detach(thread)
        #else
            if let thread { pthread_detach(thread) }
        #endif
    }

    private func watch() {
        // A process that leaves without reading its input must not end the tests.
        var pipeSignal = sigset_t()
        sigemptyset(&pipeSignal)
        sigaddset(&pipeSignal, SIGPIPE)
        pthread_sigmask(SIG_BLOCK, &pipeSignal, nil)
        var unwritten = input[...]
        var writing = spawned.input
        var open: [(descriptor: Int32, stream: RunningBinary.Stream?)] = [
            (spawned.output, .out), (spawned.error, .error), (spawned.life, nil),
        ]
        var kept: [RunningBinary.Stream: Int] = [:]
        var ranTooLong = false
        if unwritten.isEmpty { Self.shut(&writing) }
        var buffer = [UInt8](repeating: 0, count: 64 << 10)
        while !open.isEmpty {
            var waiting = open.map { pollfd(fd: $0.descriptor, events: Int16(POLLIN), revents: 0) }
            if writing >= 0 { waiting.append(pollfd(fd: writing, events: Int16(POLLOUT), revents: 0)) }
            let left = ranTooLong ? 10 : deadline - Self.now()
            if left <= 0 {
                ranTooLong = true
                shared.signal(SIGKILL)
                continue
            }
            guard poll(&waiting, nfds_t(waiting.count), Int32(min(left * 1000 + 1, 1e8))) > 0 else { continue }
            if writing >= 0, waiting[waiting.count - 1].revents != 0 {
                let count = unwritten.withUnsafeBytes { unistdWrite(writing, $0.baseAddress, $0.count) }
                if count > 0 { unwritten = unwritten.dropFirst(count) }
                if unwritten.isEmpty || (count < 0 && errno != EAGAIN && errno != EINTR) { Self.shut(&writing) }
            }
            for index in open.indices.reversed() where waiting[index].revents != 0 {
                let count = buffer.withUnsafeMutableBytes { unistdRead(open[index].descriptor, $0.baseAddress, $0.count) }
                if count > 0, let stream = open[index].stream {
                    kept[stream, default: 0] += count
                    if kept[stream, default: 0] <= Self.outputLimit { shared.append(buffer[..<count], to: stream) }
                } else if count == 0 || (errno != EAGAIN && errno != EINTR) {
                    close(open[index].descriptor)
                    open.remove(at: index)
                }
            }
        }
        Self.shut(&writing)
        shared.end(ranTooLong: ranTooLong)
    }

    private static func shut(_ descriptor: inout Int32) {
        if descriptor >= 0 { close(descriptor) }
        descriptor = -1
    }
}
