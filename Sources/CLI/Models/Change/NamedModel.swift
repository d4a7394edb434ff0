// SPDX-License-Identifier: Apache-2.0
import Configuration
import Failover
import Providers

/// A model that somebody typed, found in the settings and the catalogue.
struct NamedModel: Hashable, Sendable {
    /// As it is written into the settings: `provider/model`, or `provider/model@credential`.
    var text: String
    var ref: ModelRef
    /// What may be wrong with it, in sentences; it counts all the same.
    var doubts: [String] = []

    /// - Parameters:
    ///   - name: `provider/model`, an alias, or a model's bare name that one configured provider has.
    ///   - force: Takes a provider that is not there.
    /// - Throws: With the names that are near, for a name that stands for nothing.
    static func find(_ name: String, in draft: ConfigDraft, force: Bool) throws(CommandFailure) -> NamedModel {
        let settings = draft.settings ?? Settings()
        switch ModelNames.find(name, in: settings) {
        case .success(let found):
            var model = NamedModel(text: found.description, ref: found.ref)
            model.doubts = doubts(of: found.ref, in: settings)
            return model
        case .failure(let unknown):
            if case .noProvider(let provider) = unknown.why, let ref = ModelNames.reference(ModelNames.split(name).name) {
                let known = Set(settings.providers.keys.map(\.rawValue) + Catalogue.builtIn.entries.map(\.id.rawValue)).sorted()
                let nearest = NearestName.of(provider.rawValue, in: known)
                if Catalogue.builtIn.provider(provider) != nil || force {
                    return NamedModel(
                        text: name, ref: ref,
                        doubts: [
                            "no provider \(provider) is configured, so \(ref) is passed over until models.providers.\(provider) is there"
                        ])
                }
                throw CommandFailure(
                    .failed,
                    "there is no provider \"\(SafeText.line(provider.rawValue))\".\(nearest.map { " Did you mean \($0)/\(ref.model)?" } ?? "")",
                    hints: ["see all of them: understudy providers list", "write it all the same: --force"])
            }
            var near = unknown.suggestions.isEmpty ? ModelNames.suggestions(for: name, in: settings) : unknown.suggestions
            if near.isEmpty { near = inCatalogue(name) }
            let shown = SafeText.line(String(name.prefix(100)))
            let what =
                unknown.why == .ambiguous
                ? "several providers have a model \"\(shown)\"" : "\"\(shown)\" is neither provider/model nor an alias"
            let suggestion = near.isEmpty ? "" : " Did you mean \(near.joined(separator: " or "))?"
            throw CommandFailure(.failed, "\(what).\(suggestion)", hints: ["see what there is: understudy models list --all"])
        }
    }

    /// The same model as another text that stands in the settings, whatever their case or alias.
    func isSame(as written: String, in draft: ConfigDraft) -> Bool {
        if written == text { return true }
        guard case .success(let other) = ModelNames.find(written, in: draft.settings ?? Settings()) else { return false }
        return other.description == text
    }

    private static func doubts(of ref: ModelRef, in settings: Settings) -> [String] {
        guard let provider = settings.providers[ref.provider] else { return [] }
        let wire = provider.wireName(for: ref.model)
        if WireKind(rawValue: wire) == nil { return ["this version does not speak \(wire), so \(ref) will be passed over"] }
        guard provider.model(ref.model) == nil else { return [] }
        // The catalogue does not know all that a provider serves: only a name that looks like a slip, or that is missing in a list which
        // somebody wrote, is worth a word.
        let near = NearestName.closest(to: ref.model, in: (provider.models + provider.known).map(\.id), count: 2)
        guard !near.isEmpty || provider.known.isEmpty && !provider.models.isEmpty else { return [] }
        let suggestion = near.isEmpty ? "" : ". Did you mean \(near.map { "\(ref.provider)/\($0)" }.joined(separator: " or "))?"
        return ["\(ref.provider) is not known to have a model \"\(SafeText.line(ref.model))\"; it is asked all the same\(suggestion)"]
    }

    /// Models of the catalogue that are called like it.
    private static func inCatalogue(_ name: String) -> [String] {
        let models = Catalogue.builtIn.entries.flatMap { entry in entry.models.map { (entry.id, $0.model.id) } }
        guard let nearest = NearestName.of(name, in: models.map(\.1)) else { return [] }
        return models.filter { $0.1 == nearest }.prefix(3).map { "\($0.0)/\($0.1)" }
    }
}
