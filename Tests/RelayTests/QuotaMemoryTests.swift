// SPDX-License-Identifier: Apache-2.0
import Failover
import HTTP
import Providers
import Rehearsal
import TestSupport
import Testing

@testable import Relay

@Suite(.timeLimit(.minutes(5))) struct `What providers said of their quotas` {
    static let now = Timestamp(milliseconds: 1_795_262_400_000)

    static func row(_ credential: CredentialID, _ model: ModelRef? = nil, at: Timestamp = now, used: Double = 50) -> QuotaRow {
        QuotaRow(
            credential: credential, provider: "a", model: model, at: at, source: .headers,
            windows: [QuotaWindow(name: "5h", length: .seconds(18_000), usedPercent: used, resetsAt: now + .seconds(3600))])
    }

    @Test func `is learned from the headers of every reply, good or bad`() async throws {
        let headers: Headers = ["x-codex-primary-used-percent": "40", "x-codex-primary-window-minutes": "300"]
        let played = try await PlayedRelay([
            ("a", ["k1"], { _ in .refuses(429, "Usage limit reached.", headers: headers) }),
            (
                "b", ["k2"],
                { asked in
                    var script = Script.says("Hello", to: asked, pace: .zero)
                    if case .begin(let status, var sent)? = script.acts.first {
                        sent.append("x-ratelimit-limit-requests", "100")
                        sent.append("x-ratelimit-remaining-requests", "25")
                        script.acts[0] = .begin(status: status, headers: sent)
                    }
                    return script
                }
            ),
        ])
        _ = try await played.ask(stream: true)
        let rows = played.relay.quotas.rows(at: played.relay.now())
        #expect(rows.map(\.credential) == ["a:A_API_KEYS.1", "b:B_API_KEYS.1"])
        #expect(rows.map { $0.windows.map(\.leftPercent) } == [[60], [25]])
        #expect(rows.map(\.model) == [nil, ModelRef("b/m")], "a subscription's windows hold for every model")
    }

    @Test func `is the newest for a credential, until its window is over`() {
        let memory = QuotaMemory()
        memory.note(Self.row("a:x", used: 10))
        memory.note(
            ["x-codex-primary-used-percent": "80", "x-codex-primary-window-minutes": "300"], of: "a:x", ModelRef(provider: "a", model: "m"),
            at: Self.now + .seconds(5))
        #expect(memory.rows(at: Self.now).map { $0.windows.map(\.usedPercent) } == [[80]])
        memory.note(["content-type": "text/html"], of: "a:x", ModelRef(provider: "a", model: "m"), at: Self.now + .seconds(9))
        #expect(memory.rows(at: Self.now).count == 1, "a reply that says nothing of it takes nothing away")
        let other = QuotaMemory()
        other.note(Self.row("a:x"))
        #expect(other.rows(at: Self.now + .seconds(3599)).count == 1)
        #expect(other.rows(at: Self.now + .seconds(3600)).isEmpty)
    }

    @Test func `is kept of a bounded number, the oldest forgotten first`() {
        let memory = QuotaMemory()
        for number in 0..<1100 { memory.note(Self.row(CredentialID(rawValue: "a:\(number)"), at: Self.now + .milliseconds(number))) }
        let rows = memory.rows(at: Self.now)
        #expect(rows.count == 1024 && !rows.contains { $0.credential == "a:0" } && rows.contains { $0.credential == "a:1099" })
        #expect(memory.changes == 1100)
    }
}
