// SPDX-License-Identifier: Apache-2.0
#if canImport(Glibc)
    import CLinux
    import Glibc
#else
    import Darwin
#endif
import Synchronization

/// Takes the events of one descriptor. Called on its loop's thread.
protocol EventHandler: AnyObject {
    func ready(_ readiness: Readiness)
}

/// One thread that waits for descriptors and timers, and runs the tasks that prefer it.
///
/// A loop is a `TaskExecutor`: a task started with `executorPreference: loop` resumes on the loop's thread, so handlers are
/// `async` and yet share nothing with other threads. What belongs to a loop (connections, timers, curl) is touched on its
/// thread alone; `assertOnLoop()` says so where it matters. From outside, only `execute`, `enqueue` and `stop` may be called.
///
/// `@unchecked Sendable`: everything but `inbox`, `wake` and `thread` is confined to the loop's thread by that rule.
public final class EventLoop: TaskExecutor, @unchecked Sendable {
    private struct Registration {
        var handler: (any EventHandler)?
        var generation: UInt32 = 0
    }

    private enum Job {
        case task(UnownedJob)
        case work(@Sendable () -> Void)
    }

    private let poller: Poller
    private let wake: Descriptor
    private let inbox = Mutex<[Job]>([])
    private let thread = Atomic<UInt>(0)

    private var registrations: [Registration] = []
    private var wheel: TimerWheel
    private var ready: [Job] = []
    private var taken: [Job] = []
    private var endOfTurn: [() -> Void] = []
    /// Handlers removed during a batch: their own method may still be running, so they are released after it.
    private var removed: [any EventHandler] = []
    private var released: [any EventHandler] = []
    private var isStopping = false
    /// Bytes just read; valid until the next read on this loop.
    let scratch: UnsafeMutableRawBufferPointer
    /// Milliseconds of a monotonic clock, read once a turn.
    public private(set) var now: Int64

    public init() throws(SystemError) {
        poller = try Poller()
        let raw = eventfd(0, Int32(EFD_CLOEXEC) | Int32(EFD_NONBLOCK))
        guard raw >= 0 else { throw SystemError("eventfd") }
        wake = Descriptor(owning: raw)
        now = Self.clock()
        wheel = TimerWheel(now: now)
        scratch = .allocate(byteCount: 64 << 10, alignment: 16)
        try poller.add(raw, .read, token: UInt64(UInt32.max))
    }

    deinit { scratch.deallocate() }

    // MARK: From any thread

    /// Runs `work` on the loop's thread, soon.
    public func execute(_ work: @escaping @Sendable () -> Void) { submit(.work(work)) }

    public func enqueue(_ job: consuming ExecutorJob) { submit(.task(UnownedJob(job))) }

    public var isOnLoop: Bool { thread.load(ordering: .relaxed) == Self.currentThread }

    /// Ends `run()` after the current turn.
    public func stop() { execute { self.isStopping = true } }

    private func submit(_ job: Job) {
        if isOnLoop {
            ready.append(job)
            return
        }
        let wasEmpty = inbox.withLock { jobs in
            jobs.append(job)
            return jobs.count == 1
        }
        if wasEmpty {
            var one: UInt64 = 1
            _ = Descriptor.uninterrupted { write(wake.raw, &one, 8) }
        }
    }

    // MARK: On the loop's thread

    @inline(__always)
    public func assertOnLoop() { assert(isOnLoop, "touched from another thread than its loop's") }

    func add(_ fd: Int32, _ interest: Interest, _ handler: any EventHandler) throws(SystemError) {
        let index = Int(fd)
        if index >= registrations.count {
            registrations.append(contentsOf: repeatElement(Registration(), count: index + 64 - registrations.count))
        }
        registrations[index].generation &+= 1
        registrations[index].handler = handler
        try poller.add(fd, interest, token: token(fd))
    }

    func change(_ fd: Int32, _ interest: Interest) throws(SystemError) {
        try poller.change(fd, interest, token: token(fd))
    }

    /// Forgets `fd`, which the caller closes. Pass `watched: false` when the system has dropped it already.
    func remove(_ fd: Int32, watched: Bool = true) {
        let index = Int(fd)
        guard index < registrations.count, let handler = registrations[index].handler else { return }
        registrations[index].generation &+= 1
        registrations[index].handler = nil
        removed.append(handler)
        if watched { poller.remove(fd) }
    }

    private func token(_ fd: Int32) -> UInt64 { UInt64(UInt32(bitPattern: fd)) | UInt64(registrations[Int(fd)].generation) << 32 }

    public func arm(_ timer: LoopTimer, after milliseconds: Int64) {
        assertOnLoop()
        wheel.arm(timer, at: now + max(0, milliseconds))
    }

    public func disarm(_ timer: LoopTimer) { wheel.disarm(timer) }

    /// Runs `work` when the events of this turn have been handled: writes are gathered and sent once.
    func atEndOfTurn(_ work: @escaping () -> Void) { endOfTurn.append(work) }

    /// Suspends the calling task, whichever executor it runs on. Ends early, without error, when the task is cancelled.
    public func sleep(for duration: Duration) async {
        let sleeper = Sleeper(loop: self)
        await withTaskCancellationHandler {
            await withUnsafeContinuation { continuation in
                if isOnLoop {
                    sleeper.begin(duration.milliseconds, continuation)
                } else {
                    execute { sleeper.begin(duration.milliseconds, continuation) }
                }
            }
        } onCancel: {
            execute { sleeper.end() }
        }
    }

    /// Handles events until `stop()`. The calling thread becomes the loop's.
    public func run() {
        thread.store(Self.currentThread, ordering: .relaxed)
        takeInbox()
        while true {
            runReady()
            if isStopping { break }
            now = Self.clock()
            let wait = hasWork ? 0 : wheel.delay(from: now).map { Int32(clamping: $0) } ?? -1
            poller.wait(milliseconds: wait) { token, readiness in
                now = Self.clock()
                dispatch(token, readiness)
            }
            now = Self.clock()
            for timer in wheel.expired(at: now) { timer.fireIfDue() }
        }
        thread.store(0, ordering: .relaxed)
    }

    private func dispatch(_ token: UInt64, _ readiness: Readiness) {
        let index = Int(token & 0xffff_ffff)
        if index == Int(UInt32.max) { return takeInbox() }
        guard index < registrations.count, registrations[index].generation == UInt32(token >> 32),
            let handler = registrations[index].handler
        else { return }
        handler.ready(readiness)
        if !ready.isEmpty { runJobs(rounds: 8) }
    }

    private func takeInbox() {
        var count: UInt64 = 0
        _ = Descriptor.uninterrupted { read(wake.raw, &count, 8) }
        let jobs = inbox.withLock { jobs in
            defer { jobs = [] }
            return jobs
        }
        ready.append(contentsOf: jobs)
    }

    private var hasWork: Bool { !ready.isEmpty || !endOfTurn.isEmpty || !removed.isEmpty }

    /// Milliseconds after which descriptors and timers are looked at again, though there is work: it may go on making more.
    private static let turnTime: Int64 = 4

    private func runReady() {
        repeat {
            runJobs(rounds: 1)
            if !endOfTurn.isEmpty {
                let works = endOfTurn
                endOfTurn.removeAll(keepingCapacity: true)
                for work in works { work() }
            }
        } while (!ready.isEmpty || !endOfTurn.isEmpty) && Self.clock() - now < Self.turnTime
        guard !removed.isEmpty else { return }
        // What goes with a handler may put another one here.
        swap(&removed, &released)
        released.removeAll(keepingCapacity: true)
    }

    private func runJobs(rounds: Int) {
        for _ in 0..<rounds where !ready.isEmpty {
            swap(&ready, &taken)
            for job in taken {
                switch job {
                case .task(let job): job.runSynchronously(on: asUnownedTaskExecutor())
                case .work(let work): work()
                }
            }
            taken.removeAll(keepingCapacity: true)
        }
    }

    private static func clock() -> Int64 {
        var time = timespec()
        clock_gettime(CLOCK_MONOTONIC, &time)
        return Int64(time.tv_sec) * 1000 + Int64(time.tv_nsec) / 1_000_000
    }

    private static var currentThread: UInt {
        #if canImport(Glibc)
            UInt(pthread_self())
        #else
            UInt(bitPattern: pthread_self())
        #endif
    }
}

/// One `sleep`. `@unchecked Sendable`: touched on the loop's thread only.
private final class Sleeper: @unchecked Sendable {
    private let loop: EventLoop
    private let timer = LoopTimer()
    private var continuation: UnsafeContinuation<Void, Never>?
    private var isOver = false

    init(loop: EventLoop) { self.loop = loop }

    func begin(_ milliseconds: Int64, _ continuation: UnsafeContinuation<Void, Never>) {
        loop.assertOnLoop()
        if isOver { return continuation.resume() }
        self.continuation = continuation
        timer.fire = { [unowned self] in end() }
        loop.arm(timer, after: milliseconds)
    }

    func end() {
        isOver = true
        loop.disarm(timer)
        continuation?.resume()
        continuation = nil
    }
}

extension Duration {
    /// Whole milliseconds, rounded up.
    public var milliseconds: Int64 {
        let (seconds, attoseconds) = components
        return seconds * 1000 + (attoseconds + 999_999_999_999_999) / 1_000_000_000_000_000
    }

    /// Microseconds, rounded down.
    public var microseconds: Int64 {
        let (seconds, attoseconds) = components
        return seconds * 1_000_000 + attoseconds / 1_000_000_000_000
    }
}
