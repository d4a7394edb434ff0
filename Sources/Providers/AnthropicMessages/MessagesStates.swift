// SPDX-License-Identifier: Apache-2.0

/// How states that hang onto other things than thoughts find a place in this wire's blocks, and how its own two kinds are told apart.
enum MessagesStates {
    /// Before the payload of a thought that is not shown: signatures have no colon.
    private static let redacted = "redacted_thinking:"
    /// Before the payload of what belongs to a call, and its id: it travels as a `redacted_thinking` block of the same message.
    private static let call = "understudy-call:"
    /// The same for a piece of text: the one before it in the message.
    private static let text = "understudy-text:"

    // MARK: Of a provider on this wire

    static func redacted(_ data: String, of maker: Maker?) -> ProviderState {
        ProviderState(maker: maker, payload: redacted + data)
    }

    /// The cipher of a thought that is not shown; `nil` for a signature.
    static func cipher(in state: ProviderState) -> String? {
        state.payload.hasPrefix(redacted) ? String(state.payload.dropFirst(redacted.count)) : nil
    }

    // MARK: Of a provider on another, at a client of this one

    static func seal(_ state: ProviderState, ofCall id: String) -> String {
        Seal.seal(ProviderState(maker: state.maker, payload: "\(call)\(id.utf8.count):\(id)\(state.payload)"))
    }

    static func seal(ofText state: ProviderState) -> String {
        Seal.seal(ProviderState(maker: state.maker, payload: text + state.payload))
    }

    enum Sealed {
        case thought(ProviderState)
        case call(id: String, ProviderState)
        case text(ProviderState)
    }

    /// Reads the data of a `redacted_thinking` block that a client sends back.
    ///
    /// - Returns: `nil` for a seal of nothing.
    static func open(_ data: String) -> Sealed? {
        guard let state = Seal.open(data) else { return nil }
        guard state.maker != nil else { return .thought(redacted(data, of: nil)) }
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
