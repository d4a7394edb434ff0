// SPDX-License-Identifier: Apache-2.0

extension Chain {
    /// The places of `links` in the order in which one request takes them: models stay where they are, and among the credentials of
    /// each the one that served the session comes first, and the one that was used longest ago before the others.
    ///
    /// - Parameters:
    ///   - pins: The session's. Cold ones count for nothing, and neither do those of a credential that is no place of the chain.
    ///   - lastUse: When each credential was used, as a number that grows; `nil` as a result: never. `nil` as an argument: credentials
    ///     are used in their order, first things first.
    /// - Returns: `nil` where that is the order of `links`.
    public func order(pins: [SessionPin], at now: Timestamp, lastUse: ((CredentialID) -> UInt64?)? = nil) -> [Int]? {
        guard !pins.isEmpty || lastUse != nil else { return nil }
        var order: [Int]?
        var start = 0
        while start < links.count {
            var end = start + 1
            while end < links.count, links[end].isSibling(of: links[start]) { end += 1 }
            if end - start > 1, let places = siblingOrder(start..<end, pins, now, lastUse) {
                var whole = order ?? Array(links.indices)
                whole.replaceSubrange(start..<end, with: places)
                order = whole
            }
            start = end
        }
        return order
    }

    /// Whether a request begins at the pin's provider with another credential, and not because its user wants that one alone.
    public func leaves(_ pin: SessionPin) -> Bool {
        guard let first = links.first(where: { $0.candidate.model.provider == pin.provider }) else { return false }
        return first.candidate.credential != pin.credential && first.place != .userPin
    }

    /// The same for the credentials of one model. A credential that was never used comes first; of equals the order decides.
    private func siblingOrder(
        _ siblings: Range<Int>, _ pins: [SessionPin], _ now: Timestamp, _ lastUse: ((CredentialID) -> UInt64?)?
    ) -> [Int]? {
        let provider = links[siblings.lowerBound].candidate.model.provider
        let pin = pins.first { $0.provider == provider && $0.isWarm(at: now) }?.credential
        // The usual way of a session: there is nothing to change.
        if lastUse == nil && (pin == nil || pin == links[siblings.lowerBound].candidate.credential) { return nil }
        var places = Array(siblings)
        if let lastUse {
            let uses = places.map { lastUse(links[$0].candidate.credential) ?? 0 }
            places.sort { (uses[$0 - siblings.lowerBound], $0) < (uses[$1 - siblings.lowerBound], $1) }
        }
        if let pin, let place = places.firstIndex(where: { links[$0].candidate.credential == pin }) {
            places.insert(places.remove(at: place), at: 0)
        }
        return places.elementsEqual(siblings) ? nil : places
    }
}

extension ChainLink {
    /// Another credential of the same model at the same place of the plan.
    fileprivate func isSibling(of other: ChainLink) -> Bool {
        candidate.model == other.candidate.model && origin == other.origin
    }
}
