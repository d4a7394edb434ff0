// SPDX-License-Identifier: Apache-2.0
import Configuration
import Failover

extension RelaySnapshot {
    /// The chain that a name stands for when neither a session nor the request itself has a say: what people are shown.
    ///
    /// - Throws: `UnknownModel`, with suggestions.
    public func plainChain(named name: String) throws(UnknownModel) -> NamedChain {
        try ChainSource(snapshot: self, pins: SessionPins(), uses: CredentialUses())
            .chain(named: name, overrides: .init(), session: nil, now: Timestamp(milliseconds: 0))
    }
}
