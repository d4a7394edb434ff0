// SPDX-License-Identifier: Apache-2.0

extension Policy {
    /// The same candidate again, at once, after a `format` failure that names a repair which this request has not made yet.
    ///
    /// What the failure says of the body says nothing of the candidate's health, so the try counts under the title that it had: a
    /// lease, given back without a verdict, is taken anew, and an early try is another early one.
    ///
    /// - Returns: `nil` if nothing is left to repair, or the candidate has been blocked or leased meanwhile. A sibling, the same model on
    ///   another credential, is then sent what was repaired.
    func repaired(
        _ chain: Chain, _ receipt: Receipt, _ facts: RequestFacts, _ ledger: inout HealthLedger, _ now: Timestamp
    ) -> Step? {
        let place = receipt.attempts.count - 1
        guard place >= 0, receipt.dueRepair(after: place) != nil else { return nil }
        let last = receipt.attempts[place]
        guard let index = chain.links.firstIndex(where: { $0.candidate == last.candidate }) else { return nil }
        let standing = ledger.standing(of: last.candidate, at: now)
        if standing.isOpen {
            return .attempt(index: index, mode: mode(for: last.candidate, standing, facts, &ledger, now))
        }
        guard last.mode == .early, standing == .blocked, receipt.hasEarlyTry else { return nil }
        return .attempt(index: index, mode: .early)
    }
}

extension Receipt {
    /// The repair that the failure of `attempts[place]` asks for, unless an attempt of the same model has asked for it or its
    /// opposite before: each is made once, and what was of no use is not made again.
    public func dueRepair(after place: Int) -> Repair? {
        // Asked for each candidate that is looked at: most failures are done with here.
        guard let failure = attempts[place].failure, failure.reason == .format, let repair = failure.repair else { return nil }
        let attempt = attempts[place]
        guard !attempt.committed, !attempt.repairs.contains(repair) else { return nil }
        let wasAsked = attempts[..<place].contains { earlier in
            guard earlier.candidate.model == attempt.candidate.model, let asked = earlier.failure?.repair else { return false }
            return asked == repair || asked == repair.inverse
        }
        return wasAsked ? nil : repair
    }

    /// What this request's attempts of `model` have shown to be needed, in the order in which it was found.
    public func repairsAsked(of model: ModelRef) -> [Repair] {
        attempts.indices.compactMap { attempts[$0].candidate.model == model ? dueRepair(after: $0) : nil }
    }

    /// The same without what lies in this request alone: what every other request of `model` needs, too.
    public func repairsOfRoute(_ model: ModelRef) -> [Repair] {
        attempts.indices.compactMap { place in
            let attempt = attempts[place]
            return attempt.candidate.model == model && attempt.failure?.repairIsOfRequest == false ? dueRepair(after: place) : nil
        }
    }

    /// What the next attempt of `model` goes up with, whatever its credential.
    ///
    /// - Parameter known: What the route is known to need.
    public func repairs(for model: ModelRef, known: [Repair]) -> [Repair] {
        attempts.isEmpty ? known : Repair.union(known, repairsAsked(of: model))
    }

    /// At most two early tries are made for a request.
    var hasEarlyTry: Bool { attempts.count { $0.mode == .early } < 2 }
}

extension Repair {
    /// What was known with what was found since: the newer word wins where one undoes the other.
    public static func union(_ known: [Repair], _ found: [Repair]) -> [Repair] {
        var result = known
        for repair in found where !result.contains(repair) {
            if let inverse = repair.inverse { result.removeAll { $0 == inverse } }
            result.append(repair)
        }
        return result
    }
}
