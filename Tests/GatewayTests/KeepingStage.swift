// SPDX-License-Identifier: Apache-2.0
import HTTP
import JSON
import Rehearsal
import Synchronization
import Testing
import Transport

/// Two providers of the Responses API, which number their replies and keep them, and one of Chat Completions. Each refuses while it is
/// told to.
final class KeepingStage: Sendable {
    let stage: Stage
    private let state: State

    private final class State: Sendable {
        let failing = Mutex<Set<String>>([])
        let forgetful = Mutex<Set<String>>([])
        let count = Mutex(0)

        func next() -> Int {
            count.withLock { count in
                count += 1
                return count
            }
        }
    }

    private let upstreams: [(name: String, wire: PlayedWire, upstream: ScriptedUpstream)]

    init() throws {
        let (stage, state) = (try Stage(), State())
        self.stage = stage
        self.state = state
        upstreams = try [("first", PlayedWire.responses), ("second", .responses), ("chat", .chat)].map { name, wire in
            let upstream = try stage.provider(name) { asked in
                if state.failing.withLock({ $0.contains(name) }) { return .refuses(503, "Overloaded", type: "server_error") }
                if state.forgetful.withLock({ $0.contains(name) }),
                    String(decoding: asked.body, as: UTF8.self).contains("previous_response_id")
                {
                    return .refuses(400, "Previous response with id 'resp_x' not found.", code: "previous_response_not_found")
                }
                guard asked.method == .post, !asked.path.hasSuffix("/cancel") else { return Self.kept(asked) }
                let number = state.next()
                return wire.says("\(name) says \(number).", id: "resp_\(name)_\(number)", streaming: asked.streaming)
            }
            return (name, wire, upstream)
        }
    }

    /// What a provider says of a reply that it keeps.
    private static func kept(_ asked: AskedRequest) -> Script {
        let body: JSONValue = [
            "asked": .string("\(asked.method.text) \(asked.path)"), "id": .string(String(asked.path.split(separator: "/")[2])),
            "object": "response",
        ]
        return Script([.answer(status: 200, headers: Script.json, body: JSONWriter.compact(body))])
    }

    func fail(_ names: String...) { state.failing.withLock { $0 = Set(names) } }

    /// Has them know no reply of before.
    func lose(_ names: String...) { state.forgetful.withLock { $0 = Set(names) } }

    /// The bodies that an upstream was asked with, and for what else.
    func asked(of name: String) -> [AskedRequest] { upstreams.first { $0.name == name }?.upstream.asked ?? [] }

    func forget() { for entry in upstreams { entry.upstream.forget() } }

    func settings(primary: String, fallbacks: [String], more: String = "") -> String {
        let providers = upstreams.map { name, wire, upstream in
            #"\#(name): { baseUrl: "\#(upstream.baseURL)", api: "\#(wire.rawValue)", apiKey: "key-\#(name)", models: [{ id: "m" }] }"#
        }
        let list = fallbacks.map { "\"\($0)\"" }.joined(separator: ", ")
        return """
            {
              \(more)
              failover: { blocks: { transient: [0.01] } },
              models: { mode: "replace", providers: { \(providers.joined(separator: ",\n    ")) } },
              agents: { defaults: { model: { primary: "\(primary)", fallbacks: [\(list)] } } },
            }
            """
    }
}

extension RunningGateway {
    /// Asks on the Responses API.
    func respond(
        _ model: String, _ words: String, after previous: String? = nil, streaming: Bool = false, extra: JSONObject = [:]
    ) async throws -> BlockingHTTP.Reply {
        var body: JSONObject = ["model": .string(model), "input": .string(words)]
        if let previous { body["previous_response_id"] = .string(previous) }
        if streaming { body["stream"] = true }
        for (key, value) in extra.members { body[key] = value }
        return try await send(.post, "/v1/responses", body: JSONWriter.compact(.object(body)))
    }
}

extension BlockingHTTP.Reply {
    /// The id of the reply, whole or streamed.
    var responseID: String? { json["id"]?.string ?? events.last?["response"]?["id"]?.string }

    /// Its words, whole or streamed.
    var responseText: String? {
        json["id"] != nil ? PlayedWire.responses.text(of: json) : events.last?["response"].flatMap { PlayedWire.responses.text(of: $0) }
    }
}
