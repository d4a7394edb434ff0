// SPDX-License-Identifier: Apache-2.0

/// States that hang onto other things than thoughts, for clients of wires that have a place for thoughts alone: sealed, they travel as a
/// thought that is not shown, which tells what it belongs to.
extension Seal {
    /// Before the payload of what belongs to a call, and its id.
    private static let call = "understudy-call:"
    /// Before the payload of what belongs to a piece of text: the one before it in the message.
    private static let text = "understudy-text:"

    static func seal(_ state: ProviderState, ofCall id: String) -> String {
        seal(ProviderState(maker: state.maker, payload: "\(call)\(id.utf8.count):\(id)\(state.payload)"))
    }

    static func seal(ofText state: ProviderState) -> String {
        seal(ProviderState(maker: state.maker, payload: text + state.payload))
    }

    /// What an opened seal belongs to.
    enum Place: Hashable {
        case thought(ProviderState)
        case call(id: String, ProviderState)
        case text(ProviderState)
    }

    /// - Returns: `nil` for one that was damaged.
    static func place(of state: ProviderState) -> Place? {
        guard state.maker != nil else { return .thought(state) }
        if state.payload.hasPrefix(text) {
            return .text(ProviderState(maker: state.maker, payload: String(state.payload.dropFirst(text.count))))
        }
        guard state.payload.hasPrefix(call) else { return .thought(state) }
        let rest = state.payload.dropFirst(call.count)
        guard let colon = rest.utf8.firstIndex(of: UInt8(ascii: ":")), let length = Int(rest[..<colon]) else { return nil }
        let tail = rest.utf8[rest.utf8.index(after: colon)...]
        guard (0...tail.count).contains(length), let id = String(tail.prefix(length)), let payload = String(tail.dropFirst(length)) else {
            return nil
        }
        return .call(id: id, ProviderState(maker: state.maker, payload: payload))
    }
}
