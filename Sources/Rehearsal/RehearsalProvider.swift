// SPDX-License-Identifier: Apache-2.0
import Failover
import Providers
import Telemetry
import Transport

/// A provider that needs no key: it answers, streams word by word, and fails on cue.
///
/// The gateway starts on it when there is no configuration. To everything above it is a provider like any other: a base URL, a
/// wire, models.
public struct RehearsalProvider: Sendable {
    public static let id: ProviderID = "rehearsal"
    /// Answers; the default chain's primary.
    public static let star = "star"
    /// Answers too; the default chain's fallback.
    public static let understudy = "understudy"

    private let upstream: ScriptedUpstream

    public init(on group: EventLoopGroup, log: Logger) throws(SystemError) {
        upstream = try ScriptedUpstream(on: group, log: log) { Self.script(for: $0) }
    }

    /// As configuration would describe it, or `nil` if the system gave it an address that is none.
    public var provider: Provider? {
        guard let url = BaseURL(upstream.baseURL) else { return nil }
        var limits = TimeLimits()
        limits[.localFirstToken] = Self.patience
        limits[.idle] = Self.patience
        return Provider(
            id: Self.id, baseURL: url, limits: limits,
            models: ([Self.star, Self.understudy] + Fault.all.map(\.name)).map { Model(id: $0) },
            needsCredential: false)
    }

    /// Servers on this machine are given two minutes, since prompts may be slow to read there. Nobody wants to watch a rehearsed
    /// silence for as long.
    private static let patience = Duration.seconds(5)

    public func stop() async { await upstream.stop() }

    static func script(for asked: AskedRequest) -> Script {
        switch asked.model {
        case star: return .says("Good evening. The lead is well tonight, and says so word by word.", to: asked)
        case understudy: return .says("The lead could not perform, so the understudy stepped in. The show goes on.", to: asked)
        default:
            if let fault = Fault.all.first(where: { $0.name == asked.model }) { return fault.script(asked) }
            return .refuses(404, "The model `\(asked.model)` does not exist.", type: "invalid_request_error", code: "model_not_found")
        }
    }
}
