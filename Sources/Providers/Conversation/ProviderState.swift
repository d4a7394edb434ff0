// SPDX-License-Identifier: Apache-2.0
import Failover

/// Who made something that only its maker can read.
public struct Maker: Hashable, Sendable {
    public var provider: ProviderID
    public var wire: WireKind

    public init(provider: ProviderID, wire: WireKind) {
        self.provider = provider
        self.wire = wire
    }
}

/// A proof or cipher that a provider hands out and wants back: a thinking signature, encrypted reasoning, a thought's mark on a call.
///
/// It belongs to its maker. Another provider refuses it, so it goes back to its maker alone and to everybody else it is left out.
public struct ProviderState: Hashable, Sendable {
    /// `nil`: some provider of the client's own wire, which one nobody knows.
    public var maker: Maker?
    /// What the maker wants back, in its wire's own way: mostly the signature, or a JSON text of all that is needed to write the
    /// block again.
    public var payload: String

    public init(maker: Maker?, payload: String) {
        self.maker = maker
        self.payload = payload
    }
}
