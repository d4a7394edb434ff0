// SPDX-License-Identifier: Apache-2.0
import Failover
import Providers
import Relay

/// The flags of `understudy models status` that ask models, with OpenClaw's names and defaults.
enum ProbeFlags {
    static let probe = Flag(
        "probe", .toggle, "Ask each model of the chain, with each credential, for a few words; costs a few tokens each")
    static let provider = Flag("probe-provider", .text(placeholder: "id"), "Probe the models of this provider only", example: "cerebras")
    static let profile = Flag(
        "probe-profile", .texts(placeholder: "id"), "Probe with this credential only; repeat it, or separate several by commas",
        example: "openai:backup")
    static let model = Flag(
        "probe-model", .texts(placeholder: "ref"), "Probe this model instead of the chain's; repeat it, or separate several by commas",
        example: "openai/gpt-5")
    static let allModels = Flag("probe-all-models", .toggle, "Probe every model that the configuration names, not only the chain's")
    static let timeout = Flag(
        "probe-timeout", .number(placeholder: "ms", range: ProbeOrder.timeouts),
        "Milliseconds for the whole probe of a target, renewing a login included (8000)", example: "8000")
    static let concurrency = Flag(
        "probe-concurrency", .number(placeholder: "n", range: ProbeOrder.concurrencies), "Targets at a time (2)", example: "2")
    static let maxTokens = Flag(
        "probe-max-tokens", .number(placeholder: "n", range: ProbeOrder.tokens), "Tokens of each reply at most (8)", example: "8")

    static let all = [probe, provider, profile, model, allModels, timeout, concurrency, maxTokens]

    /// - Returns: `nil`: none of them was given, and nobody is asked.
    static func order(_ invocation: Invocation, agent: AgentID?) -> ProbeOrder? {
        guard all.contains(where: { invocation.flags[$0.name] != nil }), invocation.toggle(probe) != false else { return nil }
        var order = ProbeOrder()
        order.agent = agent
        order.provider = invocation.text(provider).map { Catalogue.builtIn.canonicalID(of: ProviderID(rawValue: $0.lowercased())) }
        order.credentials = list(invocation.texts(profile)).map { CredentialID(rawValue: $0) }
        order.models = list(invocation.texts(model))
        order.allModels = invocation.isOn(allModels)
        if let milliseconds = invocation.number(timeout) { order.timeout = .milliseconds(milliseconds) }
        if let number = invocation.number(concurrency) { order.concurrency = number }
        if let number = invocation.number(maxTokens) { order.maxTokens = number }
        return order
    }

    private static func list(_ texts: [String]) -> [String] {
        let parts = texts.flatMap { $0.split(separator: ",") }.map { $0.drop { $0 == " " } }.map { part in
            String(part.reversed().drop { $0 == " " }.reversed())
        }
        return Array(parts.filter { !$0.isEmpty }.prefix(ProbeOrder.nameLimit))
    }
}
