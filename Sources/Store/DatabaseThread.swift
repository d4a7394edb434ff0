// SPDX-License-Identifier: Apache-2.0
import Synchronization
import Telemetry
import Transport

/// What runs on the database's thread: opens, does jobs in batches, tries again after trouble. Every member is touched
/// on that thread only, but for `Shared`.
final class DatabaseThread {
    /// What the thread and everybody else see.
    final class Shared: Sendable {
        private let state = Mutex(Database.Health.opening)
        let retries = Mutex<[@Sendable (_ isNew: Bool) -> Void]>([])
        /// Rings when the thread has ended.
        let ended = Doorbell()

        var health: Database.Health {
            get { state.withLock { $0 } }
            set { state.withLock { $0 = newValue } }
        }
    }

    private let file: DatabaseFile
    private let access: Database.Access
    private let queue: JobQueue
    private let shared: Shared
    private let log: Logger

    private var connection: Connection?
    private var identity: DatabaseFile.Identity?
    private var problem: StoreProblem?
    private var nextOpening = ContinuousClock.now
    private var hasOpened = false

    private init(_ file: DatabaseFile, _ access: Database.Access, _ queue: JobQueue, _ shared: Shared, _ log: Logger) {
        self.file = file
        self.access = access
        self.queue = queue
        self.shared = shared
        self.log = log
    }

    static func start(_ file: DatabaseFile, access: Database.Access, queue: JobQueue, shared: Shared, log: Logger) {
        do throws(SystemError) {
            // Made on its own thread, which it never leaves.
            try Thread(named: "store") { DatabaseThread(file, access, queue, shared, log).run() }.detach()
        } catch {
            queue.close()
            let problem = StoreProblem(errno: error.code, doing: "start the thread for", path: file.path)
            shared.health = .failing(problem)
            log.error("Storing failed; requests go on", ["error": .string(problem.description)])
            shared.ended.ring()
        }
    }

    private func run() {
        openIfDue()
        while let jobs = queue.next(delay: file.limits.batchDelay, idle: problem == nil ? nil : file.limits.retry) {
            openIfDue()
            if jobs.isEmpty { retry(isNew: false) }
            let writes = jobs.filter { $0.effect == .writes }
            if !writes.isEmpty { write(writes) }
            for job in jobs where job.effect == .reads { read(job) }
        }
        connection = nil
        shared.health = .closed
        shared.ended.ring()
    }

    // MARK: Jobs

    /// Does all in one transaction. After a damaged file was replaced, does them once more in the new one.
    private func write(_ jobs: [Job]) {
        do throws(StoreProblem) {
            let outcomes = try transaction(jobs)
            worked()
            for (job, outcome) in zip(jobs, outcomes) { job.settled(outcome) }
        } catch {
            if error.kind == .damaged, replaceDamaged(), let outcomes = try? transaction(jobs) {
                worked()
                for (job, outcome) in zip(jobs, outcomes) { job.settled(outcome) }
                return
            }
            failed(error)
            for job in jobs { job.settled(error) }
        }
    }

    /// - Returns: For each job `nil`, or why it alone was rolled back.
    /// - Throws: why nothing was committed.
    private func transaction(_ jobs: [Job]) throws(StoreProblem) -> [StoreProblem?] {
        guard let connection else { throw problem ?? closed }
        let doing = "write to the database"
        do throws(StoreProblem) {
            try connection.statement("BEGIN IMMEDIATE", doing: doing).run()
            var outcomes: [StoreProblem?] = []
            outcomes.reserveCapacity(jobs.count)
            // Alone it needs no savepoint: it ends as the transaction does.
            if let job = jobs.first, jobs.count == 1 {
                do throws(StoreProblem) {
                    try job.run(connection)
                } catch {
                    guard error.kind == .rejected, connection.isInTransaction else { throw error }
                    try connection.execute("ROLLBACK", doing: doing)
                    return [error]
                }
                try connection.statement("COMMIT", doing: doing).run()
                return [nil]
            }
            for job in jobs {
                try connection.statement("SAVEPOINT job", doing: doing).run()
                do throws(StoreProblem) {
                    try job.run(connection)
                    outcomes.append(nil)
                } catch {
                    guard error.kind == .rejected, connection.isInTransaction else { throw error }
                    try connection.statement("ROLLBACK TO job", doing: doing).run()
                    outcomes.append(error)
                }
                try connection.statement("RELEASE job", doing: doing).run()
            }
            try connection.statement("COMMIT", doing: doing).run()
            return outcomes
        } catch {
            if connection.isInTransaction { try? connection.execute("ROLLBACK", doing: doing) }
            throw error
        }
    }

    private func read(_ job: Job) {
        do throws(StoreProblem) {
            guard let connection else { throw problem ?? closed }
            try job.run(connection)
            job.settled(nil)
        } catch {
            if error.kind == .damaged, replaceDamaged(), let connection {
                let second = Result { () throws(StoreProblem) in try job.run(connection) }
                if case .success = second { return job.settled(nil) }
            }
            job.settled(error)
        }
    }

    // MARK: Opening and trouble

    private func openIfDue() {
        if connection != nil, access == .owning, file.identity != identity {
            log.warning("Database file was moved or deleted; a new one is begun", ["path": .string(file.path)])
            connection = nil
            nextOpening = .now
        }
        guard connection == nil, ContinuousClock.now >= nextOpening else { return }
        do throws(StoreProblem) {
            use(try access == .owning ? file.openOwning() : file.openReading())
        } catch {
            failed(error)
            nextOpening = .now + file.limits.retry
        }
    }

    private func use(_ opened: DatabaseFile.Opened) {
        connection = opened.connection
        identity = opened.identity
        if let place = opened.setAside { logSetAside(place) }
        let again = hasOpened
        hasOpened = true
        worked()
        if again { retry(isNew: true) }
    }

    /// Closes a file that turned out to be damaged, sets it aside and begins a new one.
    ///
    /// - Returns: Whether there is a sound file now.
    private func replaceDamaged() -> Bool {
        guard access == .owning, connection != nil else { return false }
        connection?.keepWriteAheadLogOnClose(true)
        connection = nil
        do throws(StoreProblem) {
            if let place = try file.setAside(ifStill: identity) { logSetAside(place) }
            use(try file.openOwning())
            return true
        } catch {
            failed(error)
            nextOpening = .now + file.limits.retry
            return false
        }
    }

    private func worked() {
        if problem != nil {
            problem = nil
            log.notice("Storing works again", ["path": .string(file.path)])
            retry(isNew: false)
        }
        // Last, so that whoever sees it sees the retries queued as well.
        shared.health = .working
    }

    /// Says so once; the log stays quiet until it has worked again.
    private func failed(_ error: StoreProblem) {
        if problem == nil, access == .owning {
            log.error("Storing failed; requests go on", ["error": .string(error.description)])
        }
        problem = error
        shared.health = .failing(error)
    }

    private func retry(isNew: Bool) {
        for body in shared.retries.withLock({ $0 }) { body(isNew) }
    }

    private func logSetAside(_ place: String) {
        log.error(
            "Damaged database set aside; a new one is begun", ["path": .string(file.path), "set_aside": .string(place)])
    }

    private var closed: StoreProblem {
        StoreProblem(.refused, doing: "use the database", path: file.path, reason: "it is not open")
    }
}
