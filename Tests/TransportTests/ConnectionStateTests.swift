// SPDX-License-Identifier: Apache-2.0
import Testing

@testable import Transport

@Suite struct `A server connection's state` {
    typealias Phase = ConnectionState.Phase
    typealias Action = ConnectionState.Action

    /// A connection in each of its phases.
    static func state(in phase: Phase, keepAlive: Bool = true) -> ConnectionState {
        var state = ConnectionState()
        if phase == .idle { return state }
        state.bytesCame()
        if phase == .head { return state }
        state.headCame(keepAlive: keepAlive, hasBody: true)
        if phase == .body { return state }
        state.bodyCame()
        if phase == .serving { return state }
        if phase == .lagging {
            _ = state.answered(isFlushed: false, isFarBehind: true)
            return state
        }
        phase == .lingering ? state.willLeaveUnread() : state.mustClose()
        _ = state.answered(isFlushed: phase != .closing)
        return state
    }

    static let phases: [Phase] = [.idle, .head, .body, .serving, .lagging, .closing, .lingering, .closed]

    @Test(arguments: phases) func `is built in each phase`(phase: Phase) {
        #expect(Self.state(in: phase).phase == phase)
        #expect(Self.state(in: phase).isReading == [.idle, .head, .body].contains(phase))
    }

    @Test(arguments: zip(phases, [Action.close, .refuseSlow, .refuseSlow, .cancel, .close, .close, .close, .nothing]))
    func `answers a limit that has passed`(phase: Phase, expected: Action) {
        var state = Self.state(in: phase)
        #expect(state.timedOut() == expected)
    }

    @Test(arguments: zip(phases, [Action.close, .close, .close, .cancel, .close, .close, .close, .nothing]))
    func `ends when its peer is gone`(phase: Phase, expected: Action) {
        var state = Self.state(in: phase)
        #expect(state.peerClosed() == expected)
        #expect(state.phase == .closed)
        var broken = Self.state(in: phase)
        #expect(broken.broke() == expected)
    }

    @Test(arguments: zip(phases, [Action.close, .nothing, .nothing, .nothing, .nothing, .nothing, .close, .nothing]))
    func `ends at a drain only where nothing runs`(phase: Phase, expected: Action) {
        var state = Self.state(in: phase)
        #expect(state.drain() == expected)
        if phase != .closed { #expect(state.announcesClose) }
    }

    @Test(arguments: [(true, true, Action.readNext), (true, false, .readNext), (false, true, .close), (false, false, .nothing)])
    func `goes on after an answer as the client asked`(keepAlive: Bool, isFlushed: Bool, expected: Action) {
        var state = Self.state(in: .serving, keepAlive: keepAlive)
        #expect(state.announcesClose == !keepAlive)
        #expect(state.answered(isFlushed: isFlushed) == expected)
        if expected == .nothing { #expect(state.outputSent() == .close) }
    }

    @Test func `has one more answer at a gentle drain, which says so`() {
        var state = Self.state(in: .idle)
        #expect(state.drain(gently: true) == .nothing && state.phase == .idle)
        state.bytesCame()
        state.headCame(keepAlive: true, hasBody: false)
        let saysSo = state.sayWhetherClosing()
        #expect(saysSo)
        #expect(state.answered(isFlushed: true) == .close)
    }

    @Test func `waits for a next request at a gentle drain if its answer has not said so`() {
        var state = Self.state(in: .serving)
        let first = state.sayWhetherClosing()
        #expect(!first)
        _ = state.drain(gently: true)
        #expect(state.answered(isFlushed: true) == .readNext)
        // The server goes on after all.
        state.goOn()
        state.bytesCame()
        state.headCame(keepAlive: true, hasBody: false)
        let second = state.sayWhetherClosing()
        #expect(!second)
        #expect(state.answered(isFlushed: true) == .readNext)
    }

    @Test func `closes after an answer that was under way at a drain`() {
        var state = Self.state(in: .serving)
        _ = state.drain()
        #expect(state.answered(isFlushed: true) == .close)
    }

    @Test func `refuses a slow body once, then closes`() {
        var state = Self.state(in: .body)
        #expect(state.timedOut() == .refuseSlow)
        #expect(state.answered(isFlushed: false) == .nothing)
        #expect(state.outputSent() == .linger)
        #expect(state.timedOut() == .close)
        #expect(state.timedOut() == .nothing)
    }

    @Test func `lets the next request wait for a client that is far behind`() {
        var state = Self.state(in: .lagging)
        #expect(!state.isReading)
        #expect(state.outputSent() == .readNext)
        #expect(state.phase == .idle)
        var draining = Self.state(in: .lagging)
        #expect(draining.drain() == .nothing)
        #expect(draining.outputSent() == .close)
    }

    @Test(arguments: [Phase.idle, .head, .body]) func `sends what it owes to a client that has ended sending`(phase: Phase) {
        var state = Self.state(in: phase)
        #expect(state.peerClosed(isFlushed: false) == .nothing)
        #expect(!state.isReading)
        #expect(state.outputSent() == .close)
    }
}
