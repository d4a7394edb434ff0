// SPDX-License-Identifier: Apache-2.0
import Failover
import Providers
import Telemetry
import Transport

/// Two providers that need no key: one answers, streams word by word, and fails on cue; the other stands by and answers.
///
/// The gateway starts on them when there is no configuration. To everything above they are providers like any other: a base URL, a
/// wire, models. They listen on sockets of their own, so that one can be unreachable while the other is not.
public struct RehearsalProvider: Sendable {
    public static let id: ProviderID = "rehearsal"
    public static let standbyID: ProviderID = "standby"
    /// Answers; the default chain's primary.
    public static let star = ModelRef(provider: id, model: "star")
    /// Answers too; the default chain's fallback.
    public static let understudy = ModelRef(provider: standbyID, model: "understudy")
    /// What a gateway without a configuration tries, best first.
    public static let chain = [star, understudy]

    private let lead: ScriptedUpstream
    private let standby: ScriptedUpstream

    public init(on group: EventLoopGroup, log: Logger) throws(SystemError) {
        lead = try ScriptedUpstream(on: group, log: log) { Self.script(for: $0) }
        standby = try ScriptedUpstream(on: group, log: log) { Self.standbyScript(for: $0) }
    }

    /// As configuration would describe them.
    public var providers: [Provider] {
        Self.providers(lead: BaseURL(lead.baseURL), standby: BaseURL(standby.baseURL))
    }

    /// The same for those who only look: they are at no address.
    public static var silent: [Provider] { providers(lead: BaseURL("http://127.0.0.1/v1"), standby: BaseURL("http://127.0.0.2/v1")) }

    public func stop() async {
        await lead.stop()
        await standby.stop()
    }

    private static func providers(lead: BaseURL?, standby: BaseURL?) -> [Provider] {
        // The system gives no address that is none.
        guard let lead, let standby else { return [] }
        return [
            provider(id, at: lead, models: [star.model] + Fault.all.map(\.name)),
            provider(standbyID, at: standby, models: [understudy.model]),
        ]
    }

    private static func provider(_ id: ProviderID, at url: BaseURL, models: [String]) -> Provider {
        var limits = TimeLimits()
        limits[.localFirstToken] = patience
        limits[.idle] = patience
        return Provider(id: id, baseURL: url, limits: limits, models: models.map { Model(id: $0) }, needsCredential: false)
    }

    /// Servers on this machine are given two minutes, since prompts may be slow to read there. Nobody wants to watch a rehearsed
    /// silence for as long.
    private static let patience = Duration.seconds(5)

    static func script(for asked: AskedRequest) -> Script {
        if asked.model == star.model { return .says("Good evening. The lead is well tonight, and says so word by word.", to: asked) }
        if let fault = Fault.all.first(where: { $0.name == asked.model }) { return fault.script(asked) }
        return unknown(asked)
    }

    static func standbyScript(for asked: AskedRequest) -> Script {
        guard asked.model == understudy.model else { return unknown(asked) }
        return .says("The lead could not perform, so the understudy stepped in. The show goes on.", to: asked)
    }

    private static func unknown(_ asked: AskedRequest) -> Script {
        .refuses(404, "The model `\(asked.model)` does not exist.", type: "invalid_request_error", code: "model_not_found")
    }
}

extension RehearsalProvider {
    /// The same two as if they were on the network, with the limits that hold there, for `understudy rehearse`: each on a wire of its
    /// own, both going on from the beginning of an answer.
    public static func remote(wire: WireKind, standby: WireKind) -> [Provider] {
        [(star, wire), (understudy, standby)].compactMap { ref, wire in
            guard let url = BaseURL("https://\(ref.provider).example\(wire == .googleGenerativeAI ? "/v1beta" : "/v1")") else { return nil }
            var model = Model(id: ref.model)
            model.quirks.takesPrefill = true
            return Provider(id: ref.provider, baseURL: url, wireName: wire.rawValue, models: [model], needsCredential: false)
        }
    }
}
