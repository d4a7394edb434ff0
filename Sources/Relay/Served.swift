// SPDX-License-Identifier: Apache-2.0
import Failover

/// Who answers: what the response headers tell.
public struct Served: Hashable, Sendable {
    public var model: ModelRef
    public var credential: CredentialID
    /// Attempts so far, this one included.
    public var attempts: Int
}
