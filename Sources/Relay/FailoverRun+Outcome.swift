// SPDX-License-Identifier: Apache-2.0
import Configuration
import Failover
import HTTP
import Providers

extension FailoverRun {
    /// Takes in what came of an attempt: into the receipt, the ledger, and what is known of the route.
    @inline(never)
    func conclude(_ open: OpenAttempt) {
        let call = open.call
        open.attempt.timeToFirstToken = call.firstContentAfter
        open.attempt.status = call.status
        open.attempt.usage = call.usage
        measure(open)
        remember(open)
        noteProofs(of: open)
        switch call.outcome {
        case .whole(let status, let contentType, let body, let usage):
            noteProofs(of: open, in: body)
            answered(open, usage)
            end(.whole(status: status, contentType: contentType, body: body, open.served))
        case .streamed(let usage):
            open.attempt.committed = true
            answered(open, usage)
            end(.streamed(open.served))
        case .failed(let failed): self.failed(open, failed)
        case .cancelled where open.lost != nil: lost(open)
        case .cancelled: cancelled(open)
        }
    }

    /// How long the model took to begin its reply; where it never did, at least as long as it was waited for.
    private func remember(_ open: OpenAttempt) {
        let call = open.call
        guard call.plan.teaches else { return }
        var time = call.firstContentAfter ?? .zero
        if case .failed(let failed) = call.outcome, let limit = failed.limit, failed.error.transport == .firstTokenTimeout {
            time = .milliseconds(Int64(limit.seconds * 1000))
        }
        if open.lost != nil { time = open.closed.duration }
        guard time > .zero else { return }
        let size = PromptSize(tokens: receipt.facts.estimatedTokens)
        relay.firstTokens.note(time, of: open.attempt.candidate.model, size, at: relay.now())
    }

    /// Whose the proofs are that the client has got as they came.
    ///
    /// - Parameter reply: `nil`: what came as a stream, also of one that broke off.
    private func noteProofs(of open: OpenAttempt, in reply: [UInt8]? = nil) {
        guard open.call.plan.crossed == nil else { return }
        relay.memory.proofs.note(reply.map(open.call.plan.wire.proofs(inReply:)) ?? open.call.proofs, by: open.route.provider.id)
    }

    /// Puts the attempt that was under way into the receipt.
    func close(_ open: OpenAttempt) {
        if self.open === open { self.open = nil }
        starts?.append(open.start ?? receipt.attempts.count)
        receipt.attempts.append(open.closed)
    }

    private func answered(_ open: OpenAttempt, _ usage: Usage?) {
        succeeded(open, endIsProven: true)
        open.attempt.usage = usage
        close(open)
        if let session = request.session {
            relay.pins.served(session, by: open.attempt.candidate, warmth: open.route.warmth, now: relay.now())
        }
        learn(from: open.attempt)
        if open.attempt.repairs.contains(.dropThoughts), open.call.plan.wire.family == request.wire {
            relay.memory.proofs.learn(from: request.body, refusedBy: open.route.provider.id, on: open.call.plan.wire)
        }
    }

    /// What was asked for and led to an answer, the route is known to need from now on.
    private func learn(from attempt: Attempt) {
        let model = attempt.candidate.model
        let asked = receipt.repairsOfRoute(model)
        if asked.isEmpty { return }
        let new = relay.capabilities.learn(
            model, asked: asked, made: attempt.repairs, receipt: receipt.facts.id, in: snapshot, now: relay.now(),
            current: { [relay] in relay.snapshot.fingerprint(of: model) })
        for repair in new {
            relay.log.with(request: receipt.facts.id.rawValue).notice(
                "Route needs a repair", ["model": .string(model.description), "repair": .string(repair.code)])
        }
    }

    private func failed(_ open: OpenAttempt, _ failed: FailedCall) {
        let attempt = open.attempt
        let plan = open.call.plan
        let redactor = snapshot.pool.redactor(with: open.secret)
        let failure = judge(failed, attempt, plan, redactor)
        open.attempt.failure = failure
        open.attempt.status = failed.error.status ?? attempt.status
        open.attempt.committed = failed.committed
        if isReplyLost(failed, attempt.candidate, plan) {
            // Nothing is wrong with who lost it, and what was said is known here.
            request.binding?.keeper = .nobody
            close(open)
            again = (open.index, attempt.mode)
            return
        }
        if renewsLogin(after: failure, open, failed) {
            // With another token it may well be let in.
            open.attempt.next = "then once more with a renewed login"
            close(open)
            again = (open.index, attempt.mode)
            return
        }
        if isSecretReplaced(of: attempt.candidate.credential) {
            // It says nothing of the secret that there is now.
            relay.ledger.giveBack(attempt.mode, of: attempt.candidate, now: relay.now())
        } else {
            open.attempt.effect += relay.ledger.failed(
                failure, of: attempt.candidate, startedAt: attempt.startedAt, mode: attempt.mode, committed: failed.committed,
                receipt: receipt, policy: snapshot.settings.policy(for: attempt.candidate.model), now: relay.now())
        }
        if let reply = failed.reply, !redactor.holdsSecret(reply.body) {
            replies[receipt.attempts.count] =
                plan.crossed?.refusal(failed.error, status: reply.status, message: failure.message, param: failure.namesMember) ?? reply
        }
        if failed.committed {
            keepWhatWasSent(open)
        } else if attempt.timeToFirstToken != nil, let usage = attempt.usage {
            // It said nothing that the client had not, which has cost something, too.
            sent = sent?.costing(usage)
        }
        close(open)
    }

    private func judge(_ failed: FailedCall, _ attempt: Attempt, _ plan: CallPlan, _ redactor: Redactor) -> Failure {
        var failure = failed.judged ?? Classifier.classify(failed.error)
        // A repair that would change nothing is none.
        failure.repair = failure.repair.flatMap { plan.wire.repaired(plan.request.body, by: $0) == nil ? nil : $0 }
        failure.limit = failed.limit
        if let crossed = plan.crossed, crossed.lost != nil {
            // What our translation made of it is none of the client's.
            failure.namesMember = failure.namesMember.flatMap { crossed.isClients($0) ? $0 : nil }
        }
        relay.recorder.keepSample(
            of: failed, judged: failure, model: attempt.candidate.model, receipt: receipt.facts.id, at: relay.now(),
            redactor: redactor)
        // What broke the wire's grammar is shown, and was judged by nobody: a model may have written it.
        let words = failure.message ?? failed.offending.map { String(decoding: $0, as: UTF8.self) }
        failure.message = words.map { redactor.redact($0) }
        return failure
    }

    /// Whether who was to go on from a reply has it no more, or keeps none at all, and can be told what was said.
    private func isReplyLost(_ failed: FailedCall, _ candidate: Candidate, _ plan: CallPlan) -> Bool {
        guard let binding = request.binding, binding.writtenOut != nil, plan.crossed?.lost == nil, binding.isKept(by: candidate),
            failed.reply != nil, !failed.committed
        else { return false }
        return failed.error.code == "previous_response_not_found" || failed.error.namesMember == "previous_response_id"
    }

    /// Whether a reload has given the credential another secret since this request began.
    private func isSecretReplaced(of credential: CredentialID) -> Bool {
        let current = relay.snapshot
        return current !== snapshot && current.pool.secretHashes[credential] != snapshot.pool.secretHashes[credential]
    }
}
