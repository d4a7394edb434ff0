// SPDX-License-Identifier: Apache-2.0
#if canImport(Glibc)
    import CLinux
    import Glibc
#else
    import Darwin
#endif
import Synchronization

/// The process's event loops, a thread each.
public final class EventLoopGroup: Sendable {
    public let loops: [EventLoop]
    private let threads: Mutex<[Thread]>

    /// Starts `count` loops; by default one for each core that this process may use.
    public init(count: Int = EventLoopGroup.usableCores) throws(SystemError) {
        var loops: [EventLoop] = []
        for _ in 0..<max(1, count) { loops.append(try EventLoop()) }
        self.loops = loops
        var threads: [Thread] = []
        for (index, loop) in loops.enumerated() { threads.append(try Thread(named: "loop-\(index)") { loop.run() }) }
        self.threads = Mutex(threads)
    }

    /// Ends every loop and waits for its thread. Call from outside the loops.
    public func stop() {
        for loop in loops { loop.stop() }
        let threads = threads.withLock { threads in
            defer { threads = [] }
            return threads
        }
        for thread in threads { thread.join() }
    }

    /// Cores in this process's affinity mask, at least 1: a container or `taskset` may allow fewer than the machine has.
    public static var usableCores: Int {
        #if canImport(Glibc)
            return max(1, Int(clinux_usable_cores()))
        #else
            return max(1, sysconf(_SC_NPROCESSORS_ONLN))
        #endif
    }
}

/// A thread of ours: started once, then either joined or detached, once.
public struct Thread: Sendable {
    #if canImport(Glibc)
        private let handle: pthread_t
    #else
        private nonisolated(unsafe) let handle: pthread_t
    #endif

    private final class Body: Sendable {
        let name: String
        let run: @Sendable () -> Void
        init(name: String, run: @escaping @Sendable () -> Void) {
            self.name = name
            self.run = run
        }
    }

    /// - Parameter name: Shown by the system's tools; cut at 15 bytes.
    public init(named name: String, _ run: @escaping @Sendable () -> Void) throws(SystemError) {
        let body = Unmanaged.passRetained(Body(name: String(name.prefix(15)), run: run))
        #if canImport(Glibc)
            var thread = pthread_t()
            let result = pthread_create(
                &thread, nil,
                { context in
                    guard let context else { return nil }
                    let body = Unmanaged<Body>.fromOpaque(context).takeRetainedValue()
                    _ = clinux_name_thread(body.name)
                    body.run()
                    return nil
                }, body.toOpaque())
            guard result == 0 else {
                body.release()
                throw SystemError("pthread_create", code: result)
            }
            handle = thread
        #else
            var thread: pthread_t?
            let result = pthread_create(
                &thread, nil,
                { context in
                    let body = Unmanaged<Body>.fromOpaque(context).takeRetainedValue()
                    pthread_setname_np(body.name)
                    body.run()
                    return nil
                }, body.toOpaque())
            guard result == 0, let thread else {
                body.release()
                throw SystemError("pthread_create", code: result)
            }
            handle = thread
        #endif
    }

    /// Waits for its end.
    public func join() { pthread_join(handle, nil) }

    /// Nobody will wait for it: the system takes its stack back when it ends.
    public func detach() { pthread_detach(handle) }
}
