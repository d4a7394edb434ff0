// SPDX-License-Identifier: Apache-2.0

/// How this wire's two kinds of proofs are told apart, and what stands sealed in place of one.
enum MessagesStates {
    /// Before the payload of a thought that is not shown: signatures have no colon.
    private static let redacted = "redacted_thinking:"

    static func redacted(_ data: String, of maker: Maker?) -> ProviderState {
        ProviderState(maker: maker, payload: redacted + data)
    }

    /// The cipher of a thought that is not shown; `nil` for a signature.
    static func cipher(in state: ProviderState) -> String? {
        state.payload.hasPrefix(redacted) ? String(state.payload.dropFirst(redacted.count)) : nil
    }

    /// Reads the data of a `redacted_thinking` block that a client sends back. What belongs to a call or a text travels so, too, in the
    /// same message.
    ///
    /// - Returns: `nil` for a seal of nothing.
    static func open(_ data: String) -> Seal.Place? {
        guard let state = Seal.open(data) else { return nil }
        guard state.maker != nil else { return .thought(redacted(data, of: nil)) }
        return Seal.place(of: state)
    }
}
