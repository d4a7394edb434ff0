// SPDX-License-Identifier: Apache-2.0
import JSON

/// The settings as they are written, with what they include, and where each part stands: for commands that show or change one.
public struct SettingsPlaces {
    public typealias Step = JSON5Document.Step

    /// A value in one file.
    public struct Place: Hashable, Sendable {
        /// The file's path as given or included.
        public var file: String
        /// The way to it in that file.
        public var steps: [Step]
        public var value: JSONValue
        /// From 1.
        public var line: Int
    }

    private let reading: SettingsReading
    private let root: [SettingsValue.Layer]

    /// Reads the file at `path` and, as they are asked for, those that it includes. A missing file counts as one without settings.
    ///
    /// - Throws: What makes the file unreadable. Values that are not allowed are no problem here.
    public init(path: String, source: any SettingsSource, environment: [String: String]) throws(SettingsProblems) {
        reading = SettingsReading(
            source: source, includeRoots: SettingsReader.includeRoots(path: path, source: source, environment: environment),
            variables: environment)
        switch reading.bytes(at: path) {
        case .success(nil): root = []
        case .failure(let problem):
            throw SettingsProblems([SettingsProblem(file: path, found: "the file \(problem.text)")], files: [path])
        case .success(let bytes?):
            guard let layer = reading.root(of: reading.add(path, bytes: bytes), trail: []) else { throw reading.collected }
            root = reading.expanded(layer, at: SettingsPath())
        }
        if reading.hasProblems { throw reading.collected }
    }

    /// Where the value at the end of `path` stands, the one that wins first. Several: files whose objects or lists are merged.
    public func places(of path: [Step]) -> [Place] {
        layers(of: path).map { layer in
            let file = reading.files[layer.file]
            let line = file.document?.position(of: layer.steps)?.line ?? 1
            return Place(file: file.path, steps: layer.steps, value: layer.value, line: line)
        }
    }

    /// The value at the end of `path` as written, variables and all, with the parts of several files in one.
    public func value(at path: [Step]) -> JSONValue? { merged(layers(of: path), depth: 0) }

    // MARK: Down

    private func layers(of path: [Step]) -> [SettingsValue.Layer] {
        var layers = root
        for step in path {
            guard let value = SettingsValue(layers) else { return [] }
            layers = below(value, step)
        }
        return SettingsValue(layers)?.layers ?? []
    }

    private func below(_ value: SettingsValue, _ step: Step) -> [SettingsValue.Layer] {
        switch step {
        case .key(let name):
            return value.layers.flatMap { layer -> [SettingsValue.Layer] in
                guard let member = layer.value.object?[name] else { return [] }
                return reading.expanded(layer.child(member, .key(name)), at: SettingsPath().member(name))
            }
        case .index(let index):
            // Those of lower layers come first.
            var before = 0
            for layer in value.layers.reversed() {
                let elements = layer.value.array ?? []
                if index >= before, index < before + elements.count {
                    let own = index - before
                    return reading.expanded(layer.child(elements[own], .index(own)), at: SettingsPath().element(index))
                }
                before += elements.count
            }
            return []
        }
    }

    /// Files within files are bounded, but each may be included in many places: what is deeper than a file may be is left out.
    private func merged(_ layers: [SettingsValue.Layer], depth: Int) -> JSONValue? {
        guard depth <= 64, let value = SettingsValue(layers) else { return nil }
        switch value.top.value {
        case .object:
            var result: JSONObject = [:]
            for name in value.names where name != Include.key { result[name] = merged(below(value, .key(name)), depth: depth + 1) }
            return .object(result)
        case .array:
            let count = value.layers.reduce(0) { $0 + ($1.value.array?.count ?? 0) }
            return .array((0..<count).compactMap { merged(below(value, .index($0)), depth: depth + 1) })
        case let leaf: return leaf
        }
    }
}
