// SPDX-License-Identifier: Apache-2.0

/// What to do next with a request.
public enum Step: Hashable, Sendable {
    /// Try `chain.links[index]`.
    case attempt(index: Int, mode: AttemptMode)
    /// Wait, note it in `receipt.waits`, and ask again: `chain.links[index]` is free then.
    case wait(Duration, index: Int)
    /// Give the client the error of `receipt.attempts[attempt]` as its own.
    case answer(attempt: Int)
    /// All were tried or are blocked.
    case refuse(Refusal)
    /// Nobody is waiting for an answer any more.
    case stop
}
