// SPDX-License-Identifier: Apache-2.0
import Configuration
import Credentials
import Failover
import HTTP
import Providers
import Transport

/// What became of asking for a page of usage.
public struct UsageAnswer: Hashable, Sendable {
    public var credential: CredentialID
    /// Why there is nothing new, in words; `nil`: it is noted.
    public var problem: String?
}

extension Relay {
    /// Three seconds each, as OpenClaw has it, renewing a login included: whoever waits, waits for no more.
    private static let usageTime = Duration.seconds(3)
    /// Pages asked for at once; more credentials are left to the headers of their replies.
    private static let usageLimit = 32

    /// A credential whose provider has a page of usage.
    private struct UsagePage {
        var page: QuotaUsage
        var provider: Provider
        var credential: CredentialID
        var secret: Secret?
        /// `nil`: not ours to renew.
        var login: StoredLogin.Key?
    }

    /// Asks the providers that have such a page how much each login has used, all at the same time, and notes it. No model is asked. A login
    /// whose token has ended, or is refused, is renewed as for a request.
    ///
    /// - Parameter loop: The loop that the caller is on.
    public func askUsage(on loop: EventLoop) async -> [UsageAnswer] {
        loop.assertOnLoop()
        let snapshot = snapshot
        let pages = Self.usagePages(in: snapshot)
        var answers = pages.dropFirst(Self.usageLimit).map {
            UsageAnswer(credential: $0.credential, problem: "its page of usage was not asked: \(Self.usageLimit) at once are")
        }
        await withTaskGroup(of: UsageAnswer.self) { group in
            for page in pages.prefix(Self.usageLimit) {
                group.addTask(executorPreference: loop) { [self] in
                    UsageAnswer(credential: page.credential, problem: await ask(page, in: snapshot, on: loop))
                }
            }
            for await answer in group { answers.append(answer) }
        }
        return answers.sorted { $0.credential.rawValue < $1.credential.rawValue }
    }

    /// Of every agent's credentials, each secret once.
    private static func usagePages(in snapshot: RelaySnapshot) -> [UsagePage] {
        var pages: [UsagePage] = []
        var seen: Set<String> = []
        for agent in snapshot.settings.agents.all.map(\.id) {
            for id in snapshot.pool.providers(of: agent) {
                guard let provider = snapshot.settings.providers[id] else { continue }
                for credential in snapshot.pool.credentials(for: id, agent: agent) where credential.unusable == nil {
                    guard let page = QuotaUsage(of: provider, kind: credential.kind), seen.insert(credential.secretHash).inserted else {
                        continue
                    }
                    pages.append(
                        UsagePage(
                            page: page, provider: provider, credential: credential.id,
                            secret: snapshot.pool.secret(credential.id, agent: agent),
                            login: credential.login.flatMap { $0.isKept ? $0.key : nil }))
                }
            }
        }
        return pages
    }

    /// - Returns: Why nothing is noted.
    private func ask(_ usage: UsagePage, in snapshot: RelaySnapshot, on loop: EventLoop) async -> String? {
        let began = loop.now
        func left() -> Duration { max(Self.usageTime - .milliseconds(loop.now - began), .milliseconds(1)) }
        var refused: Secret?
        while true {
            let known: Secret?
            switch await secret(of: usage.login, known: usage.secret, refused: refused, within: left(), on: loop) {
            case .success(let secret): known = secret
            case .failure(let failure): return failure.text
            }
            guard let secret = known, !secret.isEmpty else { return "there is no token to ask its page of usage with" }
            var limits = TimeLimits.Resolved()
            limits[.plain] = .init(left(), setBy: TimeLimits.Resolved.builtIn)
            let request = ClientRequest(
                method: .get, url: usage.page.url, headers: usage.page.headers(secret), connectTime: left(),
                bypassesProxy: usage.provider.baseURL.isLocal)
            let call = DirectCall(
                request, on: client(of: loop), stream: nil, limits: limits, redactor: snapshot.pool.redactor(with: secret), loop: loop)
            switch await call.answer() {
            case .reply(let reply) where reply.status == 200:
                let windows = usage.page.windows(reply.body, at: now())
                if windows.isEmpty { return "its page of usage tells nothing that is known here" }
                quotas.note(
                    QuotaRow(credential: usage.credential, provider: usage.provider.id, at: now(), source: .usage, windows: windows))
                return nil
            case .reply(let reply) where reply.status == 401 && refused == nil && usage.login != nil && logins != nil: refused = secret
            case .reply(let reply): return "its page of usage answered with status \(reply.status)"
            case .unreachable: return "its page of usage could not be reached, or did not answer within 3 s"
            case .streamed, .cancelled: return "it was not asked"
            }
        }
    }
}
