// SPDX-License-Identifier: Apache-2.0

/// Where a streamed reply goes. Confined to the loop of the request.
public protocol ReplySink: AnyObject {
    /// The client has waited long without a word: tells it that its request lives. `begin` may still follow.
    ///
    /// - Parameter sign: The wire's own. Always between two events.
    func keepAlive(_ sign: RawSpan)
    /// The first content is about to be sent: from here on the reply is this attempt's.
    func begin(_ served: Served)
    /// Another candidate goes on with the reply, so that none of them has all of it.
    func goOn(_ served: Served)
    func write(_ bytes: RawSpan)
    /// Bytes written that the client has not taken yet.
    var pendingBytes: Int { get }
    /// Called when they have gone.
    var onDrain: (() -> Void)? { get set }
    /// Called once when the client leaves.
    var onClientGone: (() -> Void)? { get set }
    var isClientGone: Bool { get }
}
