// SPDX-License-Identifier: Apache-2.0
import Credentials
import Failover
import HTTP
import Transport

/// Logins whose tokens end: renewed before a call where theirs has ended, and once after a call that was refused. Whatever is no login of
/// ours passes through here with one look at an optional.
extension FailoverRun {
    /// Begins an attempt, or says that a login has to be renewed first.
    ///
    /// - Returns: `nil` if it came to nothing, which the receipt says.
    func attempt(_ index: Int, _ mode: AttemptMode) -> Next? {
        if let route = routes[index], let key = route.login {
            switch secretNow(of: index, by: route) {
            case .secret: break
            case .due: return .renew(LoginRenewal(index: index, mode: mode, key: key, refused: renewals?.refused[index]))
            case .failed(let failure):
                notRenewed(LoginRenewal(index: index, mode: mode, key: key, refused: nil), failure, startedAt: relay.now(), took: .zero)
                return nil
            }
        }
        return begin(index, mode).map { .call($0) }
    }

    /// What a link's call is let in with.
    enum LinkSecret {
        case secret(Secret?)
        case due
        case failed(RefreshFailure)
    }

    func secretNow(of index: Int, by route: Route) -> LinkSecret {
        guard let key = route.login, let ready = relay.logins?.ready(key) else { return .secret(route.secret) }
        switch ready {
        case .secret(let secret): return secret == renewals?.refused[index] ? .due : .secret(secret)
        case .due: return .due
        case .failed(let failure): return .failed(failure)
        }
    }

    /// Whether an attempt that was refused is made once more with a new token.
    func renewsLogin(after failure: Failure, _ open: OpenAttempt, _ failed: FailedCall) -> Bool {
        guard failure.speaksOfToken(status: failed.error.status), !failed.committed, let key = open.route.login,
            let secret = open.secret, relay.logins != nil
        else { return false }
        let renewals = self.renewals ?? LoginRenewals()
        self.renewals = renewals
        guard renewals.done.insert(key).inserted else { return false }
        renewals.refused[open.index] = secret
        return true
    }

    /// Another one has spoken meanwhile: nobody is asked once more.
    func forgetAgain() {
        if let again { relay.ledger.giveBack(again.mode, of: chain.links[again.index].candidate, now: relay.now()) }
        again = nil
    }

    /// Renews a login and goes on with its link.
    func renew(_ renewal: LoginRenewal) async {
        guard let keeper = relay.logins else { return }
        let startedAt = relay.now()
        let began = ContinuousClock.now
        let wait = LoginWait()
        let renewals = self.renewals ?? LoginRenewals()
        self.renewals = renewals
        renewals.wait = wait
        let left = max(.milliseconds(1), time.remaining(at: startedAt).length)
        let result = await wait.run(renewal.key, refused: renewal.refused, by: keeper, limit: min(LoginWait.limit, left), on: loop)
        renewals.wait = nil
        renewals.refused[renewal.index] = nil
        renewals.done.insert(renewal.key)
        switch result {
        case .success: again = (renewal.index, renewal.mode)
        case .failure(let failure): notRenewed(renewal, failure, startedAt: startedAt, took: .now - began)
        case nil where interrupted != nil:
            relay.ledger.giveBack(renewal.mode, of: chain.links[renewal.index].candidate, now: relay.now())
        case nil:
            notRenewed(renewal, .late(at: relay.now()), startedAt: startedAt, took: .now - began)
        }
    }

    /// Puts into the receipt and the ledger that a login could not be renewed.
    private func notRenewed(_ renewal: LoginRenewal, _ refresh: RefreshFailure, startedAt: Timestamp, took: Duration) {
        let link = chain.links[renewal.index]
        var attempt = Attempt(
            candidate: link.candidate, origin: link.origin, mode: renewal.mode, kind: link.kind, startedAt: startedAt)
        attempt.duration = took
        let now = relay.now()
        let failure = refresh.failure(at: now)
        attempt.failure = failure
        attempt.effect += relay.ledger.failed(
            failure, of: link.candidate, startedAt: startedAt, mode: renewal.mode, committed: false, receipt: receipt,
            policy: snapshot.settings.policy(for: link.candidate.model), now: now)
        starts?.append(receipt.attempts.count)
        receipt.attempts.append(attempt)
    }
}

/// A login to be renewed for a link of a chain. A class, so that every request that waits has a pointer's room for it.
final class LoginRenewal {
    let index: Int
    let mode: AttemptMode
    let key: StoredLogin.Key
    /// The token that was refused; `nil`: its time is over.
    let refused: Secret?

    init(index: Int, mode: AttemptMode, key: StoredLogin.Key, refused: Secret?) {
        self.index = index
        self.mode = mode
        self.key = key
        self.refused = refused
    }
}

/// What one request has to do with logins. Confined to its loop.
final class LoginRenewals {
    /// By link: the token that was refused.
    var refused: [Int: Secret] = [:]
    /// Those that this request has renewed, once each.
    var done: Set<StoredLogin.Key> = []
    var wait: LoginWait?
}
