// SPDX-License-Identifier: Apache-2.0
import Credentials
import Failover
import HTTP
import Transport

/// Waits on a loop for a login that is renewed elsewhere.
///
/// `@unchecked Sendable`: confined to its loop; the keeper's thread only hands it back there.
final class LoginWait: @unchecked Sendable {
    /// A request has other candidates: the renewal goes on without it.
    static let limit = Duration.seconds(15)

    private let timer = LoopTimer()
    private var continuation: UnsafeContinuation<LoginKeeper.Result?, Never>?

    func run(
        _ key: StoredLogin.Key, refused: Secret?, by keeper: LoginKeeper, limit: Duration, on loop: EventLoop
    ) async -> LoginKeeper.Result? {
        let result = await withUnsafeContinuation { continuation in
            self.continuation = continuation
            timer.fire = { [unowned(unsafe) self] in end(nil) }
            loop.arm(timer, after: max(1, limit.milliseconds))
            keeper.renew(key, refused: refused) { [self] result in loop.execute { self.end(result) } }
        }
        loop.disarm(timer)
        return result
    }

    /// - Parameter result: `nil`: nobody waits any longer.
    func end(_ result: LoginKeeper.Result?) {
        continuation?.resume(returning: result)
        continuation = nil
    }
}

extension Relay {
    /// What a single call is let in with: a login whose token has ended is renewed first.
    func secret(of route: Route, limit: Duration, on loop: EventLoop) async -> Result<Secret?, RefreshFailure> {
        guard let key = route.login, let logins, let ready = logins.ready(key) else { return .success(route.secret) }
        switch ready {
        case .secret(let secret): return .success(secret)
        case .failed(let failure): return .failure(failure)
        case .due: break
        }
        switch await LoginWait().run(key, refused: nil, by: logins, limit: limit, on: loop) {
        case .success(let secret): return .success(secret)
        case .failure(let failure): return .failure(failure)
        case nil: return .failure(.late(at: now()))
        }
    }
}

extension RefreshFailure {
    /// The token endpoint takes its time; whoever asked goes on without it.
    static func late(at now: Timestamp) -> RefreshFailure {
        RefreshFailure(
            at: now, rule: "oauth.late", message: "no new token in time", isPermanent: false, next: now + .seconds(30))
    }

    /// As receipts have it.
    var text: String { "OAuth refresh failed: \(name)" + (message.isEmpty ? "" : " (\(message))") }
}
