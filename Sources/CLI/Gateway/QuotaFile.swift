// SPDX-License-Identifier: Apache-2.0
import Failover
import Gateway
import JSON
import Relay
import Store
import Synchronization
import Transport

/// What providers said of their quotas, kept over restarts in `quota.json` of the state folder: what is lost with it is learned again.
final class QuotaFile: Sendable {
    private let path: String
    private let written = Mutex(0)
    private let isWriting = Atomic(false)
    private static let limit = 4 << 20
    /// Between two looks at whether something has changed.
    private static let pause = Duration.seconds(60)

    init(in stateFolder: String) { path = Self.path(in: stateFolder) }

    static func path(in stateFolder: String) -> String { stateFolder + "/quota.json" }

    /// A file that is not there, or makes no sense, holds nothing.
    static func read(in stateFolder: String) -> [QuotaRow] {
        guard let bytes = try? AtomicFile.read(path(in: stateFolder), limit: limit), let value = try? JSONValue.parse(bytes) else {
            return []
        }
        return QuotaJSON.rows(value)
    }

    /// Keeps what changes from now on, until it is cancelled. Files are written on a thread of their own.
    func follow(_ relay: Relay, on loop: EventLoop) -> Task<Void, Never> {
        Task(executorPreference: loop) { [self] in
            while !Task.isCancelled {
                await loop.sleep(for: Self.pause)
                if Task.isCancelled { return }
                // One at a time, however long the disk takes.
                guard isWriting.exchange(true, ordering: .relaxed) == false else { continue }
                let begun = try? Thread(named: "quota") {
                    self.write(relay)
                    self.isWriting.store(false, ordering: .relaxed)
                }
                if let begun { begun.detach() } else { isWriting.store(false, ordering: .relaxed) }
            }
        }
    }

    /// Puts back what was kept. Blocks on the file.
    func restore(to relay: Relay) {
        for row in Self.read(in: String(path.dropLast("/quota.json".count))) { relay.quotas.note(row) }
        written.withLock { $0 = relay.quotas.changes }
    }

    /// If something has changed. Blocks on the file; a disk that is full loses what is learned again.
    func write(_ relay: Relay) {
        let changes = relay.quotas.changes
        guard written.withLock({ $0 != changes }) else { return }
        let rows = relay.quotas.rows(at: relay.now())
        guard (try? AtomicFile.write(JSONWriter.compact(QuotaJSON.document(rows)), to: path)) != nil else { return }
        written.withLock { $0 = changes }
    }
}
