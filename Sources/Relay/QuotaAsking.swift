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
    /// Three seconds each, as OpenClaw has it: whoever waits, waits for no more.
    private static let usageTime = Duration.seconds(3)
    /// Pages asked for at once; more credentials are left to the headers of their replies.
    private static let usageLimit = 32

    /// Asks the providers that have such a page how much each login has used, all at the same time, and notes it. No model is asked.
    ///
    /// - Parameter loop: The loop that the caller is on.
    public func askUsage(on loop: EventLoop) async -> [UsageAnswer] {
        loop.assertOnLoop()
        let snapshot = snapshot
        var asked: [(StoredCredential, Provider, QuotaUsage)] = []
        var seen: Set<String> = []
        for agent in snapshot.settings.agents.all.map(\.id) {
            for id in snapshot.pool.providers(of: agent) {
                guard let provider = snapshot.settings.providers[id] else { continue }
                for credential in snapshot.pool.credentials(for: id, agent: agent) where credential.unusable == nil {
                    guard let secret = snapshot.pool.secret(credential.id, agent: agent), seen.insert(credential.secretHash).inserted,
                        let usage = QuotaUsage(of: provider, kind: credential.kind, secret: secret), asked.count < Self.usageLimit
                    else { continue }
                    asked.append((credential, provider, usage))
                }
            }
        }
        let redactor = snapshot.pool.redactor
        return await withTaskGroup(of: UsageAnswer.self) { group in
            for (credential, provider, usage) in asked {
                group.addTask(executorPreference: loop) { [self] in
                    UsageAnswer(
                        credential: credential.id, problem: await ask(usage, credential.id, provider, redactor: redactor, on: loop))
                }
            }
            var answers: [UsageAnswer] = []
            for await answer in group { answers.append(answer) }
            return answers.sorted { $0.credential.rawValue < $1.credential.rawValue }
        }
    }

    private func ask(
        _ usage: QuotaUsage, _ credential: CredentialID, _ provider: Provider, redactor: Redactor, on loop: EventLoop
    ) async -> String? {
        var limits = TimeLimits.Resolved()
        limits[.plain] = .init(Self.usageTime, setBy: TimeLimits.Resolved.builtIn)
        let request = ClientRequest(
            method: .get, url: usage.url, headers: usage.headers, connectTime: Self.usageTime, bypassesProxy: provider.baseURL.isLocal)
        let call = DirectCall(request, on: client(of: loop), stream: nil, limits: limits, redactor: redactor, loop: loop)
        switch await call.answer() {
        case .reply(let reply) where reply.status == 200:
            let windows = usage.windows(reply.body, at: now())
            if windows.isEmpty { return "its page of usage tells nothing that is known here" }
            quotas.note(QuotaRow(credential: credential, provider: provider.id, at: now(), source: .usage, windows: windows))
            return nil
        case .reply(let reply): return "its page of usage answered with status \(reply.status)"
        case .unreachable: return "its page of usage did not answer within 3 s"
        case .streamed, .cancelled: return "it was not asked"
        }
    }
}
