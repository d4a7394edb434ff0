// SPDX-License-Identifier: Apache-2.0

/// Which endpoints could not be reached lately, to tell one endpoint's trouble from our own.
struct NetworkTrouble: Hashable, Sendable {
    private struct Sighting: Hashable, Sendable {
        var endpoint: EndpointID
        var count: Int
        var last: Timestamp
    }

    private var sightings: [Sighting] = []

    /// How long a failure counts as part of the same trouble.
    static let memory = Duration.seconds(60)
    private static let limit = 64

    var isQuiet: Bool { sightings.isEmpty }

    /// - Returns: How often this endpoint failed since anybody answered, this time included, and whether others did too.
    mutating func failed(_ endpoint: EndpointID, now: Timestamp) -> (times: Int, isAlone: Bool) {
        sightings.removeAll { now - $0.last > NetworkTrouble.memory || $0.last > now }
        if let place = sightings.firstIndex(where: { $0.endpoint == endpoint }) {
            sightings[place].count += 1
            sightings[place].last = now
            return (sightings[place].count, sightings.count == 1)
        }
        if sightings.count >= NetworkTrouble.limit { sightings.removeFirst() }
        sightings.append(Sighting(endpoint: endpoint, count: 1, last: now))
        return (1, sightings.count == 1)
    }

    /// Our network works.
    mutating func somebodyAnswered() {
        if !sightings.isEmpty { sightings = [] }
    }

    var endpoints: [EndpointID] { sightings.map(\.endpoint) }
}

extension HealthLedger {
    /// Blocks an endpoint that cannot be reached: at once where its name, address or certificate is at fault, at the second
    /// failure where a connection broke, and not at all while two endpoints fail and none answers: that is our own network.
    mutating func recordTrouble(_ report: Report, using random: inout some RandomNumberGenerator) -> [BlockEffect] {
        let key = ScopeKey(.endpoint, of: report.candidate)
        let (times, isAlone) = network.failed(report.candidate.endpoint, now: report.now)
        guard isAlone else {
            for endpoint in network.endpoints {
                if let block = entries[ScopeKey.endpoint(endpoint).mark], block.reason == .network { remove(block.key) }
            }
            return [BlockEffect(key: key, reason: .network, kind: .ownNetwork)]
        }
        guard times > 1 || report.failure.fault?.isCertain == true else { return [] }
        return [open(key, report, using: &random)]
    }
}

extension TransportFault {
    /// Whether once is enough to tell that the endpoint cannot be reached.
    var isCertain: Bool {
        switch self {
        case .dns, .refused, .unreachable, .tls: true
        case .connectTimeout, .firstTokenTimeout, .idleTimeout, .plainTimeout, .requestDeadline, .reset, .closedEarly, .resetEarly,
            .shortBody, .malformed, .emptyReply, .tooLarge, .other:
            false
        }
    }
}
