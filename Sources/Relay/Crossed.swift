// SPDX-License-Identifier: Apache-2.0
import Failover
import JSON
import Providers

/// A request whose replies have to be written anew for its client: its provider speaks another wire, or only streams.
///
/// A class, so that the plans and calls that pass it on hold a pointer.
final class Crossed: Sendable {
    let crossing: Crossing
    /// What the replies' writers have to know.
    let context: ReplyContext
    /// What did not cross, as the receipt has it; `nil`: the request itself went up as it was.
    let lost: [String]?
    /// The client wants a stream; if not, a whole reply, also from an upstream that only streams.
    let wantsStream: Bool
    /// Where states are kept that the client's wire has no place for.
    let memory: ProvenanceMemory

    init(crossing: Crossing, context: ReplyContext, lost: [String]?, wantsStream: Bool, memory: ProvenanceMemory) {
        self.crossing = crossing
        self.context = context
        self.lost = lost
        self.wantsStream = wantsStream
        self.memory = memory
    }

    /// A whole reply as the client is to get it; `nil` if the upstream's is none.
    func reply(_ body: [UInt8]) -> [UInt8]? {
        crossing.reply(body, to: context) { memory.note($0) }
    }

    /// An upstream's refusal in the client's own shape: its status, message, code and type.
    ///
    /// - Parameter error: With secrets and control characters out of its words.
    /// - Parameter param: The member that it names, if the client sent one of that name: others mean nothing to it.
    func refusal(_ error: ErrorObject, status: Int, message: String?, param: String?) -> UpstreamReply {
        let told = WireError(
            status: status, message: message ?? "The provider refused the request with status \(status).", type: error.type,
            code: error.code, param: param)
        return UpstreamReply(status: status, contentType: "application/json", body: crossing.client.errorBody(told))
    }

    /// Whether the client itself sent the member that an upstream's error names, so that the fault is not of our translation: a plain
    /// one, at the top or one level down, whatever the spelling of its words (`topP`, `top_p`).
    func isClients(_ path: String) -> Bool {
        let wanted = Self.letters(path)
        guard !wanted.isEmpty, !path.utf8.contains(where: { $0 == UInt8(ascii: "[") || $0 == UInt8(ascii: "/") }) else { return false }
        let body = context.body
        let bytes = body.span.bytes
        var isFound = false
        func look(_ object: JSONSlice, depth: Int) {
            object.forEachMember(in: bytes) { key, value in
                switch value.kind {
                case .string, .number, .bool: isFound = Self.letters(JSONText.string(key, in: bytes)) == wanted
                case .object: if depth == 0 { look(value, depth: 1) }
                case .array, .null: break
                }
                return !isFound
            }
        }
        look(context.index.root, depth: 0)
        return isFound
    }

    private static func letters(_ name: String) -> [UInt8] {
        name.utf8.compactMap { byte in
            switch byte {
            case UInt8(ascii: "A")...UInt8(ascii: "Z"): byte | 0x20
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "."): byte
            default: nil
            }
        }
    }
}
