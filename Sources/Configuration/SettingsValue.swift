// SPDX-License-Identifier: Apache-2.0
import JSON

/// A value of the settings, which several files may have written parts of, and where each part stands.
///
/// Includes are not copied into one tree: a value keeps the layers it is made of, so that a message still points to the file
/// that somebody can edit.
struct SettingsValue {
    /// One file's part of it.
    struct Layer {
        var value: JSONValue
        /// Index into `SettingsReading.files`.
        var file: Int
        /// The way to it in its file.
        var steps: [JSON5Document.Step]
        /// The files that lead here, the first one first, its own last: an include of one of them is a circle.
        var trail: [Int]

        func child(_ value: JSONValue, _ step: JSON5Document.Step) -> Layer {
            Layer(value: value, file: file, steps: steps + [step], trail: trail)
        }
    }

    /// The one that wins, which decides what kind of value it is.
    var top: Layer
    /// Objects below an object, or lists below a list, the next to win first.
    var below: [Layer] = []

    /// - Returns: `nil` if `layers` is empty. Otherwise the first and those that merge with it: objects with objects member by
    ///   member, lists with lists end to end, all else hides what is below.
    init?(_ layers: [Layer]) {
        guard let first = layers.first else { return nil }
        top = first
        for layer in layers.dropFirst() {
            guard first.value.merges(with: layer.value) else { return }
            below.append(layer)
        }
    }

    var layers: [Layer] { [top] + below }

    /// The names of an object's members: those of lower layers first, as each file has them.
    var names: [String] {
        if below.isEmpty { return top.value.object?.keys ?? [] }
        var seen: Set<String> = []
        return layers.reversed().flatMap { $0.value.object?.keys ?? [] }.filter { seen.insert($0).inserted }
    }

    /// The topmost layer in which a member stands.
    func layer(with name: String) -> Layer? { layers.first { $0.value.object?[name] != nil } }
}

extension JSONValue {
    /// Whether it and a value below it make one.
    func merges(with below: JSONValue) -> Bool {
        switch (self, below) {
        case (.object, .object), (.array, .array): true
        default: false
        }
    }
}
