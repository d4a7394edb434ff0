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
    /// What a single call is let in with: a login whose token has ended, or was refused, is renewed first.
    ///
    /// - Parameters:
    ///   - login: `nil` for whatever we do not renew.
    ///   - known: What the pool has.
    ///   - refused: The token that the provider has just refused.
    ///   - wait: May be ended by whoever needs no answer any more; as if the limit had passed.
    func secret(
        of login: StoredLogin.Key?, known: Secret?, refused: Secret? = nil, within limit: Duration, wait: LoginWait = LoginWait(),
        on loop: EventLoop
    ) async -> Result<Secret?, RefreshFailure> {
        guard let login, let logins, let ready = logins.ready(login) else { return .success(known) }
        switch ready {
        case .secret(let secret) where secret != refused: return .success(secret)
        case .failed(let failure): return .failure(failure)
        case .secret, .due: break
        }
        switch await wait.run(login, refused: refused, by: logins, limit: limit, on: loop) {
        case .success(let secret): return .success(secret)
        case .failure(let failure): return .failure(failure)
        case nil: return .failure(.late(at: now()))
        }
    }
}

extension Failure {
    /// Whether the provider may let the same login in with another token.
    ///
    /// - Parameter status: Of its refusal.
    func speaksOfToken(status: Int?) -> Bool { reason == .auth || (reason == .authPermanent && status == 401) }
}

extension RefreshFailure {
    /// The token endpoint takes its time; whoever asked goes on without it.
    static func late(at now: Timestamp) -> RefreshFailure {
        RefreshFailure(
            at: now, rule: "oauth.late", message: "no new token in time", isPermanent: false, next: now + .seconds(30))
    }

    /// What it is to whoever wanted to use the login.
    func failure(at now: Timestamp) -> Failure {
        var failure = Failure(reason: isPermanent ? .authPermanent : .auth, scope: .credential, rule: rule, code: name)
        failure.message = text
        if let next { failure.reset = max(.seconds(1), next - now) }
        return failure
    }

    /// As receipts have it.
    var text: String { "OAuth refresh failed: \(name)" + (message.isEmpty ? "" : " (\(message))") }
}
