// SPDX-License-Identifier: Apache-2.0
import Credentials
import Gateway
import Synchronization
import Telemetry
import Transport

/// Logins that a command renews where it has to: it ends no sooner than they are written, whoever still waits for them, as the refresh
/// token before may be worth nothing.
final class JoinedRenewals: Sendable {
    private let threads = Mutex<[Thread]>([])

    func keeper(log: Logger) -> LoginKeeper {
        LoginKeeper(refresh: TokenRefresh(endpoint: TokenEndpoint(now: Clock.now)), log: log, now: Clock.now) { [self] in start($0) }
    }

    /// - Returns: `false` where the system gives no thread.
    private func start(_ work: @escaping @Sendable () -> Void) -> Bool {
        guard let thread = try? Thread(named: "login", work) else { return false }
        threads.withLock { $0.append(thread) }
        return true
    }

    /// Waits for those that were begun; to be called off any loop.
    func join() {
        let started = threads.withLock { threads in
            defer { threads = [] }
            return threads
        }
        for thread in started { thread.join() }
    }
}
