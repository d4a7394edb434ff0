// SPDX-License-Identifier: Apache-2.0
import Failover
import JSON

/// `imageModel` of an agent, else of `agents.defaults`: kept in the file for OpenClaw, shown and changed by commands, and asked by nobody here.
struct ImageModels: Hashable, Sendable {
    var primary: String?
    var fallbacks: [String] = []

    init() {}

    /// - Parameter path: Of the configuration; one that cannot be read names none.
    static func read(_ path: String, agent: AgentID) -> ImageModels {
        guard case .success(let bytes?) = FileSource().bytes(at: path), let root = try? JSON5Document(bytes).value else {
            return ImageModels()
        }
        let agents = root["agents"]
        let own =
            agents?["entries"]?[agent.rawValue]?["imageModel"]
            ?? (agents?["list"]?.array ?? []).first { $0["id"]?.string == agent.rawValue }?["imageModel"]
        var models = ImageModels(agents?["defaults"]?["imageModel"])
        if let own {
            let mine = ImageModels(own)
            if mine.primary != nil { models.primary = mine.primary }
            if own["fallbacks"] != nil { models.fallbacks = mine.fallbacks }
        }
        return models
    }

    /// - Parameter value: A ref, or an object with `primary` and `fallbacks`.
    init(_ value: JSONValue?) {
        primary = value?.string ?? value?["primary"]?.string
        fallbacks = (value?["fallbacks"]?.array ?? []).compactMap(\.string)
    }
}
