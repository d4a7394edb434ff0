// SPDX-License-Identifier: Apache-2.0
import Gateway
import JSON
import Relay
import Synchronization
import Transport

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// A gateway that this process has started: in its own place, or for a person (`gateway start`).
final class Successor: Sendable {
    private struct State {
        var words: [HandoverWord] = []
        var ending: ChildProcess.Ending?
        var isSettled = false
        /// The last of what it wrote to standard error until it served.
        var said: [UInt8] = []
        var hasSaidAll = false
        var answer: (@Sendable (SessionsQuestion) async -> JSONValue)?
        var hear: (@Sendable (LedgerChange) -> Void)?
        var stop: Orders.Stop?
    }

    let process: ChildProcess
    let channel: LineChannel
    private let state = Mutex(State())

    /// How a program is started.
    struct Launch: Sendable {
        var program: String
        /// With the program's name first.
        var arguments: [String]
        /// As `NAME=value`.
        var environment: [String]
        var group: ChildProcess.Group
        var guardian: Guardian
        var lock: Int32?
        var life: Int32?
        var listeners: [Int32] = []
        /// Where its standard output and, once it serves, its standard error lead.
        var output: Int32
        var error: Int32
    }

    /// - Parameter echoes: Whether what it writes before it serves also goes to `launch.error`.
    init(_ launch: Launch, echoes: Bool) throws(SystemError) {
        let ends = try LineChannel.pair()
        let own = Descriptor(owning: ends.own)
        let other = Descriptor(owning: ends.other)
        var pipes: [Int32] = [-1, -1]
        guard pipe(&pipes) == 0 else { throw SystemError("pipe") }
        for end in pipes { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
        let reading = pipes[0]
        let writing = Descriptor(owning: pipes[1])
        let empty = Descriptor(owning: open("/dev/null", O_RDONLY | O_CLOEXEC))
        let (childs, descriptors) = Inheritance(
            guardian: launch.guardian, channel: other.raw, error: launch.error, lock: launch.lock, life: launch.life,
            listeners: launch.listeners
        ).numbered()
        let environment =
            launch.environment.filter { !$0.hasPrefix(Inheritance.variable + "=") } + ["\(Inheritance.variable)=\(childs.text)"]
        process = try ChildProcess.start(
            launch.program, arguments: launch.arguments, environment: environment,
            descriptors: [empty.raw, launch.output, writing.raw] + descriptors, group: launch.group)
        channel = try LineChannel(own)
        let (process, error) = (process, echoes ? fcntl(launch.error, F_DUPFD_CLOEXEC, 3) : -1)
        try Thread(named: "successor-log") { [weak self] in
            Self.follow(reading, echo: error) { bytes in self?.keep(bytes) }
            close(reading)
        }.detach()
        try Thread(named: "successor") { [weak self] in
            let ending = process.wait()
            self?.state.withLock { $0.ending = ending }
        }.detach()
        try channel.begin(
            line: { [weak self] line in
                guard let self, let word = HandoverWord(line: line) else { return }
                heard(word)
            }, ended: {})
    }

    private func heard(_ word: HandoverWord) {
        switch word {
        case .ask(let number, let question): answer(question, number)
        case .ledger(let change): state.withLock { $0.hear }?(change)
        case .stop(let grace): state.withLock { $0.stop = Orders.Stop(grace: grace, by: "the process after this one") }
        case .settled: state.withLock { $0.isSettled = true }
        case .ready, .serving: state.withLock { $0.words.append(word) }
        case .go, .learned, .repair, .answer: break
        }
    }

    /// What changes in its ledger from now on is told so.
    func tells(_ hear: @escaping @Sendable (LedgerChange) -> Void) { state.withLock { $0.hear = hear } }

    /// It was told to stop, and has passed that on.
    var stop: Orders.Stop? { state.withLock { $0.stop } }

    /// What it asks from now on is answered so.
    func answers(_ answer: @escaping @Sendable (SessionsQuestion) async -> JSONValue) { state.withLock { $0.answer = answer } }

    private func answer(_ question: SessionsQuestion, _ number: Int) {
        guard let answer = state.withLock({ $0.answer }) else { return send(.answer(number, .null)) }
        Task { send(.answer(number, await answer(question))) }
    }

    /// How it ended; `nil`: it has not.
    var ending: ChildProcess.Ending? { state.withLock { $0.ending } }

    /// It has a successor of its own, or was told to stop: whatever becomes of it, nobody steps in.
    var isSettled: Bool { state.withLock { $0.isSettled } }

    /// The last lines that it wrote to standard error before it served.
    var lastLines: [String] {
        let said = state.withLock { $0.said }
        return String(decoding: said, as: UTF8.self).split(whereSeparator: \.isNewline).suffix(20).map(String.init)
    }

    func send(_ word: HandoverWord) { channel.send(word.line) }

    /// The next word, an end, or nothing by `deadline`.
    enum Event: Sendable {
        case word(HandoverWord)
        case ended(ChildProcess.Ending)
        case silent
    }

    /// - Parameter isOver: Whether nobody waits for it any more.
    func next(
        by deadline: ContinuousClock.Instant, unless isOver: () -> Bool = { false }, sleep: (Duration) async -> Void
    ) async -> Event {
        while true {
            let event = state.withLock { state -> Event? in
                if !state.words.isEmpty { return .word(state.words.removeFirst()) }
                return state.ending.map { .ended($0) }
            }
            if let event {
                if case .ended = event { await hearItOut(sleep) }
                return event
            }
            guard ContinuousClock.now < deadline, !isOver() else { return .silent }
            await sleep(.milliseconds(5))
        }
    }

    /// What it wrote last may still be in the pipe.
    private func hearItOut(_ sleep: (Duration) async -> Void) async {
        for _ in 0..<100 where !state.withLock({ $0.hasSaidAll }) { await sleep(.milliseconds(5)) }
    }

    private func keep(_ bytes: ArraySlice<UInt8>) {
        state.withLock { state in
            if bytes.isEmpty { state.hasSaidAll = true }
            state.said += bytes
            if state.said.count > 16 << 10 { state.said.removeFirst(state.said.count - (8 << 10)) }
        }
    }

    /// - Parameter heard: Called with what is read, and with nothing at the end.
    private static func follow(_ raw: Int32, echo: Int32, _ heard: (ArraySlice<UInt8>) -> Void) {
        var buffer = [UInt8](repeating: 0, count: 4096)
        while true {
            let count = Descriptor.uninterrupted { read(raw, &buffer, buffer.count) }
            guard count > 0 else { break }
            heard(buffer[..<count])
            if echo >= 0 { _ = write(echo, buffer, count) }
        }
        heard([])
        if echo >= 0 { close(echo) }
    }
}
