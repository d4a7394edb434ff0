// SPDX-License-Identifier: Apache-2.0
import Transport

/// An attempt that may be late, and the one that is started beside it then. Ends when one of them speaks, or the first is over. Confined
/// to the request's loop.
final class Race {
    let first: OpenAttempt
    var second: OpenAttempt?
    let timer = LoopTimer()

    init(_ first: OpenAttempt) { self.first = first }

    func other(than one: OpenAttempt) -> OpenAttempt? { one === first ? second : first }
}
