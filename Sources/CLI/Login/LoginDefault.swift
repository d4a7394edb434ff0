// SPDX-License-Identifier: Apache-2.0
import Failover
import Providers

/// `--set-default`: which of a provider's models becomes the first.
enum LoginDefault {
    /// The first that the configuration names in a chain, else in its list of models, else the catalogue's.
    static func model(of descriptor: LoginDescriptor, in place: AuthPlace) -> ModelRef? {
        let provider = descriptor.provider
        let settings = place.setup.settings
        let chains = [settings.agents.main] + settings.agents.all
        if let used = chains.lazy.flatMap({ $0.chain }).map(\.model.ref).first(where: { $0.provider == provider }) { return used }
        if let listed = settings.providers[provider]?.models.first?.id { return ModelRef(provider: provider, model: listed) }
        return descriptor.model.map { ModelRef(provider: provider, model: $0) }
    }

    /// Writes it into the configuration, as `models set` does.
    static func set(
        _ descriptor: LoginDescriptor, place: AuthPlace, _ context: CommandContext
    ) throws(CommandFailure) -> (model: String, change: ConfigChange) {
        guard let model = model(of: descriptor, in: place) else {
            throw CommandFailure(
                .failed, "you are signed in; which model of \(descriptor.provider) is to be the first is not known",
                hints: ["say it: understudy models set \(descriptor.provider)/<model>"])
        }
        var written = model.description
        do throws(CommandFailure) {
            let change = try ConfigWriter(for: context).write { draft throws(CommandFailure) in
                written = try ModelsChange.setDefault(
                    model.description, agent: context.invocation.text(AuthFlags.agent), force: true, in: draft
                ).text
            }
            return (written, change)
        } catch {
            throw CommandFailure(
                error.status, "you are signed in, but the default model could not be set: \(error.message)",
                hints: error.hints + ["understudy models set \(model)"])
        }
    }
}
