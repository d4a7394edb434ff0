// SPDX-License-Identifier: Apache-2.0
import Failover
import HTTP
import JSON
import Providers
import Relay
import Store

/// Keeps the reply of one request on the Responses API, which the client may go on from or ask for again. Confined to the request's loop.
final class ResponseRecord {
    private let store: ResponseStore
    private let relay: Relay
    private let body: [UInt8]
    private let index: JSONIndex
    private let previous: String?
    /// The conversation lives with the provider (`conversation`): what this request says is only the end of it.
    private let isElsewhere: Bool
    /// It goes on without its client (`background`), who may ask for it before it is over.
    private let isBackground: Bool
    private var isNoted = false
    /// Several candidates said it, so that no provider has all of it.
    var isShared = false

    /// - Returns: `nil` if nothing is to be kept.
    init?(_ request: RelayRequest, in store: ResponseStore?, relay: Relay) {
        guard let store, request.wire == .openaiResponses, request.shape.operation == .generate, request.shape.stores != false else {
            return nil
        }
        self.store = store
        self.relay = relay
        body = request.body
        index = request.index
        previous = request.shape.previousResponse
        isElsewhere = Self.names("conversation", request)
        isBackground = Self.says("background", request)
    }

    private static func names(_ member: StaticString, _ request: RelayRequest) -> Bool {
        let body = request.body
        return request.index.value(member, in: body.span.bytes).map { $0.kind != .null } ?? false
    }

    private static func says(_ member: StaticString, _ request: RelayRequest) -> Bool {
        let body = request.body
        let bytes = body.span.bytes
        return request.index.value(member, in: bytes)?.bool(in: bytes) == true
    }

    /// Keeps a whole reply.
    func keep(_ reply: [UInt8], by served: Served) {
        guard let root = try? JSONScanner.scan(reply.span.bytes) else { return }
        keep(root, in: reply.span.bytes, by: served)
    }

    /// Looks for the reply's last event, which has the whole of it; of one in the background, also for the first, which has its id.
    ///
    /// - Parameter events: Whole ones.
    func look(at events: RawSpan, by served: Served) {
        guard isBackground && !isNoted || Self.marks.contains(where: { Self.holds(events, $0) }) else { return }
        var reader = EventStreamReader()
        func look(_ data: RawSpan) {
            guard data.byteCount > 0, let root = try? JSONScanner.scan(data), let type = root.member("type", in: data),
                type.equals("response.completed", in: data) || type.equals("response.incomplete", in: data)
                    || isBackground && !isNoted && type.equals("response.created", in: data),
                let response = root.member("response", in: data)
            else { return }
            keep(response, in: data, by: served)
        }
        try? reader.feed(events) { _, data, _ in look(data) }
        reader.finish { _, data, _ in look(data) }
    }

    private static let marks: [StaticString] = ["response.completed", "response.incomplete"]

    /// Most events hold no word that begins like a mark's second one, and are through after one look at each byte.
    private static func holds(_ bytes: RawSpan, _ mark: StaticString) -> Bool {
        let length = mark.utf8CodeUnitCount
        return bytes.withUnsafeBytes { bytes in
            guard bytes.count >= length else { return false }
            for start in 0...(bytes.count - length) where bytes[start] == UInt8(ascii: "r") {
                let isSame = mark.withUTF8Buffer { $0.elementsEqual(bytes[start..<start + length]) }
                if isSame { return true }
            }
            return false
        }
    }

    private func keep(_ reply: JSONSlice, in bytes: RawSpan, by served: Served) {
        guard let id = reply.member("id", in: bytes)?.string(in: bytes), ResponseID.isWellFormed(id) else { return }
        isNoted = true
        let settings = relay.snapshot.settings
        var kept = KeptResponse(
            id: id, madeAt: relay.now(), model: served.model, credential: served.credential,
            wire: isShared ? "" : settings.providers[served.model.provider]?.wireName(for: served.model.model) ?? "", previous: previous)
        let status = reply.member("status", in: bytes)
        let isOver = status?.equals("completed", in: bytes) == true || status?.equals("incomplete", in: bytes) == true
        if settings.responses.keepDays > 0, isOver, !isElsewhere {
            let input = ResponsesHistory.input(of: body, index: index)
            kept.content = KeptResponse.Content(
                input: input, reply: bytes.extracting(reply.range).withUnsafeBytes { Array($0) })
        }
        store.keep(kept)
    }
}

/// Names of replies on the Responses API.
enum ResponseID {
    /// As providers make them; anything else is kept by nobody and asked of nobody.
    static func isWellFormed(_ id: String) -> Bool {
        (1...256).contains(id.utf8.count)
            && id.utf8.allSatisfy { byte in
                switch byte {
                case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "0")...UInt8(ascii: "9"):
                    true
                default: byte == UInt8(ascii: "_") || byte == UInt8(ascii: "-")
                }
            }
    }

    /// Whether this gateway made it, for a reply of another wire: a receipt's id behind `resp_`.
    static func isOurs(_ id: String) -> Bool {
        id.hasPrefix("resp_") && id.utf8.count == 31
            && id.utf8.dropFirst(5).allSatisfy { byte in
                (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) || (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(byte)
            }
    }
}
