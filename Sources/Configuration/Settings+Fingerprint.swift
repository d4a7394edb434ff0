// SPDX-License-Identifier: Apache-2.0
import Failover
import HTTP
import JSON
import Providers

/// What settings say of how models are called, as text that is the same for the same settings, in every process. Headers are in it
/// with their values: it is to be hashed, and never shown.
extension Settings {
    /// Of one model: whatever may change what its route takes.
    public func traits(of ref: ModelRef) -> Secret {
        var text = Traits()
        text.add(providers[ref.provider], only: ref.model)
        text.add("params", providerParams[ref.provider])
        addParams(to: &text) { $0.provider == ref.provider && ($0.model == nil || $0.model == ref.model) }
        return Secret(text.text)
    }

    /// Of all models: whatever may change whether one is found.
    public var traits: Secret {
        var text = Traits()
        for id in providers.keys.sorted(by: { $0.rawValue < $1.rawValue }) {
            text.add(providers[id], only: nil)
            text.add("params", providerParams[id])
        }
        addParams(to: &text) { _ in true }
        for agent in agents.all { for entry in agent.chain { text.add(agent.id.rawValue, entry.model.description) } }
        return Secret(text.text)
    }

    private func addParams(to text: inout Traits, where counts: (AgentsSettings.ModelEntry) -> Bool) {
        text.add("defaults", agents.params)
        for entry in agents.models where counts(entry) { text.add("\(entry.provider)/\(entry.model ?? "*")", entry.params) }
        for agent in agents.all { text.add("agent \(agent.id)", agent.params) }
        text.add("cacheRetention", cacheRetention?.rawValue ?? "")
    }
}

/// Lines of name and value, quoted so that no value can look like two.
private struct Traits {
    private(set) var text = ""

    mutating func add(_ name: String, _ value: String) {
        var line: [UInt8] = []
        JSONWriter.quote(name, into: &line)
        JSONWriter.quote(value, into: &line)
        text += String(decoding: line, as: UTF8.self) + "\n"
    }

    /// What `quirks` says; nothing where it says nothing.
    mutating func add(_ name: String, _ quirks: Quirks) {
        guard quirks != Quirks() else { return }
        add(name, String(describing: quirks))
    }

    mutating func add(_ name: String, _ params: JSONObject?) {
        guard let params, !params.isEmpty else { return }
        add(name, String(decoding: JSONWriter.compact(.object(params)), as: UTF8.self))
    }

    mutating func add(_ provider: Provider?, only model: String?) {
        guard let provider else { return }
        add("provider", provider.id.rawValue)
        add("baseUrl", provider.baseURL.description)
        add("api", provider.wireName)
        for header in provider.headers { add("header \(header.name)", header.value.withExposed { $0 }) }
        switch provider.credentialHeader {
        case nil: break
        case .bearer: add("credential", "bearer")
        case .named(let name, let prefix): add("credential \(name)", prefix)
        case .nowhere: add("credential", "none")
        }
        add("markers", provider.markerModels.joined(separator: " "))
        add("wires", provider.wirePrefixes.map { "\($0.prefix)=\($0.wireName)" }.joined(separator: " "))
        add("quirks", model.map { provider.quirks(for: $0) } ?? provider.quirks)
        for entry in provider.models where model == nil || entry.id == model {
            add("model", entry.id)
            add("api", entry.wireName ?? "")
            add("markers", entry.takesMarkers.map(String.init) ?? "")
            add("tools", String(entry.acceptsTools))
            add("images", String(entry.acceptsImages))
            add("quirks", entry.quirks)
            add("params", entry.params)
        }
    }
}
