// SPDX-License-Identifier: Apache-2.0
import Failover
import Gateway
import Relay
import Store
import Telemetry
import Transport

/// What a gateway that runs for months has to do now and then: forget receipts that are too old, and blocks that are long over.
enum Upkeep {
    private static let pause = Duration.seconds(3600)

    /// At the start and every hour, until it is cancelled.
    static func begin(_ relay: Relay, _ stores: Stores, on loop: EventLoop, log: Logger) -> Task<Void, Never> {
        Task(executorPreference: loop) {
            while !Task.isCancelled {
                await once(relay, stores, log)
                await loop.sleep(for: pause)
            }
        }
    }

    private static func once(_ relay: Relay, _ stores: Stores, _ log: Logger) async {
        let now = Clock.now()
        relay.ledger.prune(now: now, failureWindow: relay.snapshot.settings.policy.failureWindow)
        let days = relay.snapshot.settings.receipts.keepDays
        do throws(StoreProblem) {
            let forgotten = try await stores.receipts.prune(before: now - .seconds(days * 86_400))
            try await stores.samples.prune(before: now - .seconds(days * 86_400))
            if forgotten > 0 { log.info("Old receipts forgotten", ["count": .int(forgotten)]) }
        } catch {
            log.warning("Old receipts not forgotten", ["why": .string("\(error)")])
        }
        do throws(StoreProblem) {
            let kept = relay.snapshot.settings.responses.keepDays
            try await stores.responses.prune(
                contentsBefore: now - .seconds(kept * 86_400),
                makersBefore: now - .seconds(max(kept, ResponseStore.makerDays) * 86_400))
        } catch {
            log.warning("Old responses not forgotten", ["why": .string("\(error)")])
        }
    }
}
