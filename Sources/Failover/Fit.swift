// SPDX-License-Identifier: Apache-2.0

/// Whether a candidate can hold a request. What does not fit is passed over, with no mark on its health.
enum Fit {
    /// - Returns: What does not fit, the plainest first; `nil` where everything does, or nobody knows.
    static func problem(_ link: ChainLink, _ facts: RequestFacts) -> SkipReason? {
        if facts.hasImages && !link.acceptsImages { return .noImages }
        if facts.hasTools && !link.acceptsTools { return .noTools }
        if let window = link.contextWindow, facts.estimatedTokens > window {
            return .tooSmall(needs: facts.estimatedTokens, window: window)
        }
        return nil
    }

    /// Whether a prompt that overflowed `small` may fit into `large`. An unknown window may be any size.
    static func isLarger(_ large: ChainLink, than small: ChainLink) -> Bool {
        guard let window = large.contextWindow, let overflowed = small.contextWindow else {
            return large.candidate.model != small.candidate.model
        }
        return window > overflowed
    }
}
