// SPDX-License-Identifier: Apache-2.0
import Failover
import JSON
import Providers
import Relay
import Store

/// Finds out what a request goes on from that names an earlier reply (`previous_response_id`).
struct ResponseHistory {
    let store: ResponseStore?
    let relay: Relay

    /// What binds a request to the account that keeps the reply it goes on from, with the conversation written out for everybody else if
    /// it is known here.
    ///
    /// - Returns: `nil` for a request that goes on from nothing.
    /// - Throws: 400 if neither is known.
    func binding(of request: RelayRequest) async throws(WireError) -> RequestBinding? {
        guard let id = request.shape.previousResponse else { return nil }
        guard let kept = await kept(id) else {
            // It may well be a provider's, of a time when it was asked without a gateway.
            guard !ResponseID.isOurs(id) else { throw Self.notFound(id) }
            return RequestBinding(.anybody)
        }
        let writtenOut = await writtenOut(request, after: id)
        guard WireKind(rawValue: kept.wire)?.wire.family == request.wire else {
            guard let writtenOut else {
                throw Self.problem(
                    "previous_response_id names a reply of \(kept.model), which speaks another API and keeps no replies; and what was said before is not kept here (responses.keepDays). Send the conversation as input."
                )
            }
            return RequestBinding(.nobody, writtenOut: writtenOut)
        }
        return RequestBinding(.account(kept.model.provider, kept.credential), writtenOut: writtenOut)
    }

    /// Of a reply whose keeper is not in the chain, and which is not known here.
    static func elsewhere(_ id: String) -> WireError {
        problem(
            "previous_response_id names the reply \(id.prefix(64)), which nobody in this request's chain keeps; and what was said before is not kept here (responses.keepDays). Ask for the model that made it, or send the conversation as input."
        )
    }

    /// A reply as it was kept, unless that was too long ago.
    func kept(_ id: String) async -> KeptResponse? {
        guard let store, ResponseID.isWellFormed(id) else { return nil }
        // A file that cannot be read has said so in the log.
        guard let kept = try? await store.response(id),
            isWithin(max(ResponseStore.makerDays, relay.snapshot.settings.responses.keepDays), kept)
        else { return nil }
        guard isWithin(relay.snapshot.settings.responses.keepDays, kept) else {
            var kept = kept
            kept.content = nil
            return kept
        }
        return kept
    }

    private func isWithin(_ days: Int, _ kept: KeptResponse) -> Bool { relay.now() - kept.madeAt < .seconds(days * 86_400) }

    private func writtenOut(_ request: RelayRequest, after id: String) async -> RequestBinding.WrittenOut? {
        let days = relay.snapshot.settings.responses.keepDays
        guard let store, days > 0, let line = try? await store.conversation(endingWith: id) else { return nil }
        var said: [[UInt8]] = []
        for kept in line {
            guard isWithin(days, kept), let content = kept.content, let output = ResponsesHistory.output(of: content.reply) else {
                return nil
            }
            said += [content.input, output]
        }
        let none = Array("[]".utf8)
        guard let body = ResponsesHistory.body(request.body, index: request.index, after: Self.joined(said), none),
            let index = try? JSONIndex(scanning: body.span.bytes)
        else { return nil }
        return RequestBinding.WrittenOut(body: body, index: index)
    }

    /// One JSON array of the elements of several, each without white space around it.
    private static func joined(_ lists: [[UInt8]]) -> [UInt8] {
        var list = [UInt8(ascii: "[")]
        for part in lists {
            let elements = part.dropFirst().dropLast()
            guard elements.contains(where: { $0 > 0x20 }) else { continue }
            if list.count > 1 { list.append(UInt8(ascii: ",")) }
            list += elements
        }
        return list + [UInt8(ascii: "]")]
    }

    private static func notFound(_ id: String) -> WireError {
        WireError(
            status: 400, message: "Previous response with id '\(id.prefix(64))' not found.", code: "previous_response_not_found",
            param: "previous_response_id")
    }

    private static func problem(_ message: String) -> WireError {
        WireError(status: 400, message: message, code: "previous_response_not_found", param: "previous_response_id")
    }
}
