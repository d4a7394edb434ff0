// SPDX-License-Identifier: Apache-2.0
import Gateway
import JSON
import Relay
import Store
import Synchronization
import Transport

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// Who has started this process as a gateway and tells it when to begin: the gateway in whose place it comes, or `gateway start`.
final class Predecessor: Sendable {
    private struct State {
        var mayGo = false
        var hasEnded = false
        /// What came before there was a relay to take it.
        var early: [HandoverWord] = []
        var take: (@Sendable (HandoverWord) -> Void)?
        var whenEnded: (@Sendable () -> Void)?
        var asked = 0
        /// `nil` behind a number: it was asked, and has not answered.
        var answers: [Int: JSONValue?] = [:]
    }

    let inheritance: Inheritance
    private let channel: LineChannel
    private let state: Mutex<State>
    private let error: Descriptor

    init(_ inheritance: Inheritance) throws(SystemError) {
        self.inheritance = inheritance
        state = Mutex(State())
        error = Descriptor(owning: inheritance.error)
        channel = try LineChannel(Descriptor(owning: inheritance.channel))
        try channel.begin(
            line: { [weak self] line in
                if let word = HandoverWord(line: line) { self?.heard(word) }
            }, ended: { [weak self] in self?.ended() })
    }

    private func heard(_ word: HandoverWord) {
        let take = state.withLock { state -> (@Sendable (HandoverWord) -> Void)? in
            if word == .go { state.mayGo = true }
            if case .answer(let number, let value) = word {
                if state.answers[number] != nil { state.answers[number] = .some(value) }
                return nil
            }
            if state.take == nil { state.early.append(word) }
            return state.take
        }
        take?(word)
    }

    private func ended() {
        let told = state.withLock { state in
            state.hasEnded = true
            return state.whenEnded
        }
        told?()
    }

    /// It may still tell of what its requests change.
    var isThere: Bool { !state.withLock { $0.hasEnded } }

    /// Says that all is prepared and waits for the word.
    ///
    /// - Returns: `false`: it is gone, or has changed its mind.
    func mayGo(_ sleep: (Duration) async -> Void) async -> Bool {
        channel.send(HandoverWord.ready.line)
        while true {
            let (mayGo, hasEnded) = state.withLock { ($0.mayGo, $0.hasEnded) }
            if mayGo { return true }
            if hasEnded { return false }
            await sleep(.milliseconds(2))
        }
    }

    /// Has `relay` know what the other process knew and still learns, and `orders` what it is told.
    func teach(_ relay: Relay, _ orders: Orders) {
        let take: @Sendable (HandoverWord) -> Void = { word in
            switch word {
            case .ledger(let change): relay.ledger.take(change, now: relay.now())
            case .learned(let learned): relay.take(learned)
            case .repair(let repair): relay.capabilities.take(repair)
            case .stop(let grace): orders.stop(.init(grace: grace, by: "the process before this one"))
            case .ready, .serving, .settled, .go, .ask, .answer: break
            }
        }
        // What comes meanwhile waits behind what came before.
        while true {
            let early = state.withLock { state in
                if state.early.isEmpty { state.take = take }
                defer { state.early = [] }
                return state.early
            }
            if early.isEmpty { break }
            for word in early { take(word) }
        }
        relay.ledger.follow { [channel] in channel.send(HandoverWord.ledger($0).line) }
        let isGone = state.withLock { state in
            state.whenEnded = { relay.ledger.follow(nil) }
            return state.hasEnded
        }
        if isGone { relay.ledger.follow(nil) }
    }

    /// Says that this process takes connections. Standard error goes where the other's goes from now on.
    func serves(at url: String) {
        dup2(error.raw, STDERR_FILENO)
        channel.send(HandoverWord.serving(url: url, version: Version.text).line)
    }

    /// - Returns: `nil`: it is gone, or has not answered within a second.
    func ask(_ question: SessionsQuestion, _ sleep: (Duration) async -> Void) async -> JSONValue? {
        guard isThere else { return nil }
        let number = state.withLock { state in
            state.asked += 1
            state.answers[state.asked] = .some(nil)
            return state.asked
        }
        channel.send(HandoverWord.ask(number, question).line)
        let end = ContinuousClock.now + .seconds(1)
        while isThere, ContinuousClock.now < end {
            if let answer = state.withLock({ $0.answers[number] ?? nil }) {
                state.withLock { _ = $0.answers.removeValue(forKey: number) }
                return answer
            }
            await sleep(.milliseconds(2))
        }
        state.withLock { _ = $0.answers.removeValue(forKey: number) }
        return nil
    }

    /// Waits until it has ended: what its requests change goes through this process. For `limit` and a little at most, in which it ends
    /// its requests as well.
    func ended(within limit: Duration, _ sleep: (Duration) async -> Void) async {
        let end = ContinuousClock.now + limit + .seconds(5)
        while isThere, ContinuousClock.now < end { await sleep(.milliseconds(20)) }
    }

    /// Has it end what is still under way there, too.
    ///
    /// - Parameter grace: Seconds that its requests may go on for.
    func stop(grace: Int) { channel.send(HandoverWord.stop(grace: grace).line) }

    /// This process is not to be replaced by the other one any more.
    func settle() { channel.send(HandoverWord.settled.line) }

    /// The same as the last word of all.
    func farewell() {
        settle()
        channel.closeNow()
    }
}
