// SPDX-License-Identifier: Apache-2.0
import JSON

/// OpenClaw's `imageModel`: commands show and change it, and nobody is asked by it here, since pictures go to the models of the chain that
/// take them.
public struct ImageModels: Hashable, Sendable {
    /// As written: `provider/model` or an alias.
    public var primary: String?
    public var fallbacks: [String] = []

    public init() {}

    /// What an agent says, with the defaults' for what it does not say. What does not fit is passed over: the key is OpenClaw's.
    ///
    /// - Parameter value: A text, or an object with `primary` and `fallbacks`.
    init(_ value: SettingsValue?, otherwise shared: ImageModels = ImageModels()) {
        self = shared
        guard let value else { return }
        if let text = value.top.value.string { primary = text }
        if let text = value.layer(with: "primary")?.value["primary"]?.string { primary = text }
        if let list = value.layer(with: "fallbacks")?.value["fallbacks"]?.array { fallbacks = list.compactMap(\.string) }
    }
}
