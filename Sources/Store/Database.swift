// SPDX-License-Identifier: Apache-2.0
import Synchronization
import Telemetry

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// The gateway's SQLite database, on a thread of its own. Nobody who asks for a write waits for the disk, and no trouble
/// with the disk stops a request: what cannot be kept is lost, said once in the log, and counted by the store it belongs to.
///
/// Opening happens on that thread too: an `init` never fails and never waits. `health` and every read say how it went.
/// Survives `kill -9` with all that was committed; at most the last `batchDelay` of receipts is not.
public final class Database: Sendable {
    public enum Access: Hashable, Sendable {
        /// The gateway: makes the file, brings it up to date, sets a damaged one aside.
        case owning
        /// A command, beside a gateway that may be running: changes nothing.
        case reading
    }

    public struct Limits: Hashable, Sendable {
        /// How long a write that is not urgent waits for company.
        public var batchDelay: Duration = .milliseconds(10)
        /// Jobs that wait at most, beyond which new ones are refused.
        public var waitingJobs = 4_096
        /// How long another process's write is waited for.
        public var busyTimeout: Duration = .seconds(5)
        /// The pause between two tries while opening or writing fails.
        public var retry: Duration = .seconds(1)
        /// How long the check at opening may take; a large file is checked in part.
        public var checkTime: Duration = .milliseconds(20)
        /// The file's size in pages of 4 KB; `nil`: as large as the disk allows.
        public var maxPages: Int?

        public init() {}
    }

    public enum Health: Hashable, Sendable {
        case opening
        case working
        /// Requests go on, and what they would store is lost, until it works again by itself.
        case failing(StoreProblem)
        case closed
    }

    public let path: String
    private let queue: JobQueue
    private let shared: DatabaseThread.Shared

    public convenience init(path: String, access: Access = .owning, limits: Limits = Limits(), log: Logger) {
        self.init(path: path, schema: .gateway, access: access, limits: limits, log: log)
    }

    init(path: String, schema: Schema, access: Access = .owning, limits: Limits = Limits(), log: Logger) {
        self.path = path
        let queue = JobQueue(capacity: limits.waitingJobs)
        let shared = DatabaseThread.Shared()
        self.queue = queue
        self.shared = shared
        let file = DatabaseFile(path: path, schema: schema, limits: limits)
        DatabaseThread.start(file, access: access, queue: queue, shared: shared, log: log)
    }

    deinit { queue.close() }

    public var health: Health { shared.health }

    /// Waits until all that was asked for before is committed, or lost.
    public func flush() async { _ = try? await perform(.writes) { _ in } }

    /// Does what is still waiting, then closes. Blocks the caller until then; later jobs are refused.
    public func close() {
        queue.close()
        shared.ended.wait(atMost: nil)
        // For the next caller.
        shared.ended.ring()
    }

    // MARK: For the stores

    /// Queues a job without waiting.
    ///
    /// - Returns: `false` if the queue is full or closed; `settled` is not called then.
    func submit(_ job: Job, urgent: Bool) -> Bool { queue.add(job, urgent: urgent) }

    /// Ends the wait of the present batch.
    func hurry() { queue.hurry() }

    /// Does `body` on the database's thread at once and waits for it; a write, until it is committed.
    func perform<Value: Sendable>(
        _ effect: Job.Effect, _ body: @escaping @Sendable (Connection) throws(StoreProblem) -> Value
    ) async throws(StoreProblem) -> Value {
        let result: Result<Value, StoreProblem> = await withCheckedContinuation { continuation in
            let answer = Answer<Value>()
            let job = Job(
                effect: effect,
                run: { connection throws(StoreProblem) in answer.set(try body(connection)) },
                settled: { problem in continuation.resume(returning: answer.result(problem, path: self.path)) })
            if !submit(job, urgent: true) { continuation.resume(returning: .failure(refusal)) }
        }
        return try result.get()
    }

    /// Has `body` called on the database's thread whenever there is reason to try again what failed before.
    ///
    /// - Parameter body: Its argument says whether the file is a new one, without anything that was stored.
    func whenRetrying(_ body: @escaping @Sendable (_ isNew: Bool) -> Void) {
        shared.retries.withLock { $0.append(body) }
    }

    private var refusal: StoreProblem {
        StoreProblem(.refused, doing: "use the database", path: path, reason: "too much waits for it, or it is closed")
    }
}

/// A job's value on its way from the database's thread to the task that waits.
private final class Answer<Value: Sendable>: Sendable {
    private let value = Mutex<Value?>(nil)

    func set(_ value: Value) { self.value.withLock { $0 = value } }

    func result(_ problem: StoreProblem?, path: String) -> Result<Value, StoreProblem> {
        if let problem { return .failure(problem) }
        if let value = value.withLock({ $0 }) { return .success(value) }
        return .failure(StoreProblem(.refused, doing: "use the database", path: path, reason: "the job was not run"))
    }
}
