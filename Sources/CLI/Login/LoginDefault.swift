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

    /// - Returns: The model, as it is written.
    static func set(_ descriptor: LoginDescriptor, place: AuthPlace, _ context: CommandContext) throws(CommandFailure) -> String {
        guard let model = model(of: descriptor, in: place) else {
            throw CommandFailure(
                .failed, "you are signed in; which model of \(descriptor.provider) is to be the first is not known",
                hints: ["say it: understudy models set \(descriptor.provider)/<model>"])
        }
        return model.description
    }
}
