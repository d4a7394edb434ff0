// SPDX-License-Identifier: Apache-2.0
import HTTP
import JSON
import Synchronization
import Telemetry
import TestSupport
import Testing
import Transport

@testable import Rehearsal

/// One gateway, and one upstream for all cells: a model's name says which cell's candidate it is. What says something of an endpoint has
/// one of its own.
final class MatrixScene: TestScene {
    let gateway: RunningGateway
    private let stage: Stage
    private let shared: ScriptedUpstream
    private let own: [ScriptedUpstream]
    private let closed: [ClosedPort]
    private let turnstile = Turnstile(width: 24)

    init() async throws {
        let stage = try Stage()
        self.stage = stage
        shared = try stage.provider("shared", Self.play)
        var providers: [String] = []
        func add(_ name: String, _ wire: PlayedWire, _ port: UInt16, _ more: String = "") {
            let place = #"baseUrl: "http://127.0.0.1:\#(port)/v1", api: "\#(wire.rawValue)""#
            providers.append(#""\#(name)": { \#(place), apiKey: "key", \#(more) models: [{ id: "m" }] }"#)
        }
        for wire in PlayedWire.allCases {
            add("\(wire)-prefilled", wire, shared.port, "compat: { supportsPrefill: true },")
            add("\(wire)-asked", wire, shared.port, "compat: { supportsPrefill: false },")
            add("\(wire)-stalls", wire, shared.port, "timeouts: { localFirstTokenSeconds: 1, idleSeconds: 1, plainSeconds: 1 },")
        }
        var own: [ScriptedUpstream] = []
        var closed: [ClosedPort] = []
        for (number, cell) in FaultMatrix.cells.enumerated() where cell.fault.isOfNetwork {
            let port: UInt16
            if cell.fault == .refused {
                let nobody = try ClosedPort()
                closed.append(nobody)
                port = nobody.port
            } else {
                let upstream = try stage.provider("own", Self.play)
                own.append(upstream)
                port = upstream.port
            }
            add("own-\(number)", cell.wires[cell.position == .second ? 1 : 0], port, "compat: { supportsPrefill: true },")
        }
        (self.own, self.closed) = (own, closed)
        gateway = try await RunningGateway(
            settings: """
                {
                  logging: { level: "error" },
                  models: { mode: "replace", providers: { \(providers.joined(separator: ",\n    ")) } },
                  agents: { defaults: { model: { primary: "chat-asked/m", fallbacks: [] } } },
                }
                """)
    }

    func stop() async {
        // A gateway that has fallen says why.
        let log = gateway.process.output(.error)
        let ending = await gateway.process.stop()
        if ending.status != 0 { Issue.record("the gateway ended: \(ending.ending) \(log.suffix(20_000))") }
    }

    // MARK: Upstreams

    /// - Parameter asked: For a model such as `17.1`: cell and role.
    private static func play(_ asked: AskedRequest) -> Script {
        let numbers = asked.model.split(separator: ".").compactMap { Int($0) }
        guard numbers.count == 2, FaultMatrix.cells.indices.contains(numbers[0]) else { return .refuses(asked, 404, "no such cell") }
        let (cell, role) = (FaultMatrix.cells[numbers[0]], numbers[1])
        let wire = cell.wires[role]
        let turns = AskedTurns(asked)
        if role > 0, cell.helper == .refusesPrefill, turns.isPrefilled { return .refuses(asked, .prefillRefused) }
        if cell.position == .alone, !turns.said.isEmpty { return .refuses(asked, 404, "The model does not exist.") }
        guard let saying = cell.saying(of: role, after: turns.said) else {
            return .refuses(asked, 400, "the answer was said to begin with: \(turns.said)")
        }
        guard let fault = cell.fault(of: role) else {
            let events = cell.events(of: saying, on: wire, role: role)
            return asked.streaming
                ? Script([.begin(status: 200, headers: Script.eventStream)] + events.map { .bytes($0) } + [.end])
                : Script([.answer(status: 200, headers: Script.json, body: cell.reply(of: saying, on: wire, role: role))])
        }
        return asked.streaming
            ? fault.stream(cell.events(of: saying, on: wire, role: role), wire)
            : fault.reply(cell.reply(of: saying, on: wire, role: role), wire)
    }

    // MARK: The client

    struct Answer {
        var heard: Heard
        var text: String
        var receipt: JSONValue
        var id: String
    }

    /// Asks as the cell says, as one of a few at a time.
    func ask(_ number: Int) async throws -> Answer {
        await turnstile.enter()
        defer { turnstile.leave() }
        let cell = FaultMatrix.cells[number]
        let models = (0..<cell.roles).map { model(number, cell, $0) }
        var headers = cell.client.keyHeader(gateway.token)
        if models.count > 1 {
            headers.append("x-understudy-fallbacks", models.dropFirst().joined(separator: ","))
        } else {
            headers.append("x-understudy-no-fallback", "true")
        }
        var extra = cell.content.asking(on: cell.client)
        if cell.client == .chat, cell.isStreamed { extra["stream_options"] = ["include_usage": true] }
        let reply = try await gateway.send(
            .post, cell.client.path(models[0], streaming: cell.isStreamed), headers: headers,
            body: cell.client.request(models[0], streaming: cell.isStreamed, extra: extra), authorized: false)
        let isStream = reply.headers.first("content-type")?.hasPrefix("text/event-stream") == true
        let heard =
            isStream ? MatrixEar.hear(reply.body, cell.client) : MatrixEar.hear(reply: reply.body, status: reply.status, cell.client)
        return Answer(
            heard: heard, text: reply.text, receipt: try await gateway.receipt(of: reply),
            id: reply.headers.first("x-understudy-request-id") ?? "")
    }

    private func model(_ number: Int, _ cell: MatrixCell, _ role: Int) -> String {
        let isFaulty = role == (cell.position == .second ? 1 : 0)
        if isFaulty, cell.fault.isOfNetwork { return "own-\(number)/\(number).\(role)" }
        if isFaulty, case .stalled = cell.fault { return "\(cell.wires[role])-stalls/\(number).\(role)" }
        let way =
            switch cell.helper {
            case .prefilled, .refusesPrefill, .thinks: "prefilled"
            case .asked, .overlaps: "asked"
            }
        return "\(cell.wires[role])-\(way)/\(number).\(role)"
    }
}

/// Lets a few in at a time.
final class Turnstile: Sendable {
    private struct State {
        var free: Int
        var waiting: [CheckedContinuation<Void, Never>] = []
    }

    private let state: Mutex<State>

    init(width: Int) { state = Mutex(State(free: width)) }

    func enter() async {
        await withCheckedContinuation { continuation in
            let isFree = state.withLock { state in
                if state.free > 0 {
                    state.free -= 1
                    return true
                }
                state.waiting.append(continuation)
                return false
            }
            if isFree { continuation.resume() }
        }
    }

    func leave() {
        let next = state.withLock { state -> CheckedContinuation<Void, Never>? in
            if state.waiting.isEmpty {
                state.free += 1
                return nil
            }
            return state.waiting.removeFirst()
        }
        next?.resume()
    }
}
