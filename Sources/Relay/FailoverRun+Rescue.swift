// SPDX-License-Identifier: Apache-2.0
import Configuration
import Failover
import Providers

/// What becomes of a reply that breaks off after the client had part of it: `Policy` says whether somebody goes on, here is with what.
extension FailoverRun {
    /// How the request ends if nobody is left to go on; `nil`: the client has nothing yet, and is told what was the matter.
    var brokenOff: RelayResult? {
        guard let last = receipt.attempts.last(where: \.committed), let failure = last.failure else { return nil }
        let served = Served(
            model: last.candidate.model, credential: last.candidate.credential, attempts: receipt.attempts.count)
        return .brokenStream(failure, served, position)
    }

    /// Notes in the receipt what the client has of an attempt that went on with another's reply.
    func measure(_ open: OpenAttempt) {
        guard open.attempt.part != nil else { return }
        let cost = open.cost
        open.attempt.part?.cost = cost
        let left = open.call.left
        open.attempt.part?.trimmed = left.trimmed
        guard open.call.isCommitted else { return }
        open.attempt.part?.bytes = left.text.count - (sent?.text.count ?? 0)
    }

    /// Keeps what the client has now, for the next candidate.
    func keepWhatWasSent(_ open: OpenAttempt) {
        let left = open.call.left
        position = open.call.position
        var part =
            open.attempt.part
            ?? SentPart(bytes: left.text.count, cost: open.cost)
        part.obstacle = open.call.obstacle
        if mayResume(open.attempt.candidate.model), let context = context(of: open) {
            part.obstacle = part.obstacle ?? RescueObstacle(context.request)
            let kept = SentReply(
                context: context, writer: open.call.writer(goingOnTo: context), text: left.text,
                told: open.attempt.usage.map { $0.behind(sent?.told) } ?? sent?.told)
            if part.obstacle == nil, kept.isStructured, !JSONPrefix.isBeginning(left.text) { part.obstacle = .structure }
            sent = kept
        } else {
            part.obstacle = .setting
        }
        open.attempt.part = part
    }

    private func mayResume(_ model: ModelRef) -> Bool {
        (request.overrides.midStream ?? snapshot.settings.midStream(for: model, agent: receipt.facts.agent)) == .resume
    }

    /// What was asked, for writers: read only when it is needed, which is rarely.
    private func context(of open: OpenAttempt) -> ReplyContext? {
        if let sent { return sent.context }
        if let crossed = open.call.plan.crossed { return crossed.context }
        let written = request.written(for: open.attempt.candidate, on: open.call.plan.wire.kind)
        guard
            var asked = try? request.wire.wire.translation.readRequest(written.body, index: written.index, shape: request.shape)
        else { return nil }
        asked.turns = []
        return ReplyContext(
            id: request.id.rawValue, created: Int(open.attempt.startedAt.milliseconds / 1000), model: open.attempt.candidate.model.model,
            request: asked, body: written.body, index: written.index)
    }
}

extension Failure {
    /// A candidate that does not go on with what the client has. That says nothing of its health.
    init(_ problem: Seam.Problem) {
        self.init(reason: .malformed, scope: nil, rule: problem.rule, message: nil)
    }
}

extension Seam.Problem {
    var rule: String {
        switch self {
        case .startedOver: "rescue.started_over"
        case .brokeStructure: "rescue.broke_structure"
        }
    }

    var text: String {
        switch self {
        case .startedOver: "it began the answer anew"
        case .brokeStructure: "with it the answer would be no JSON"
        }
    }
}
