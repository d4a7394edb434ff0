// SPDX-License-Identifier: Apache-2.0
import JSON

/// A setting's path as people type it: `gateway.port`, `agents.list[0].model`, `agents.defaults.models["openai/gpt-5.4"].alias`.
///
/// In brackets stands an element's number from 0, or a name in either quotes, which may then hold anything. Outside of them a backslash
/// takes its meaning from the character behind it.
public struct SettingsSteps: Hashable, Sendable {
    /// Bytes of a path, and steps in it.
    static let limits = (bytes: 4096, steps: 64)

    struct Part: Hashable, Sendable {
        var step: JSON5Document.Step
        /// Stood between points: may be a number of an element, or part of a name that has a point in it.
        var isBare: Bool
    }

    var parts: [Part]

    /// As messages write it.
    public static func text(of steps: [JSON5Document.Step]) -> String {
        steps.reduce(SettingsPath()) { path, step in
            switch step {
            case .key(let name): path.member(name)
            case .index(let index): path.element(index)
            }
        }.text
    }

    /// - Returns: `nil` for what is no path: empty, an unclosed bracket or quote, two points in a row.
    public init?(_ text: String) {
        guard text.utf8.count <= Self.limits.bytes else { return nil }
        var parts: [Part] = []
        var rest = Array(text.unicodeScalars)[...]
        while !rest.isEmpty {
            if rest.first == "[" {
                guard let step = Self.bracket(&rest) else { return nil }
                parts.append(Part(step: step, isBare: false))
            } else {
                if !parts.isEmpty {
                    guard rest.first == "." else { return nil }
                    rest.removeFirst()
                }
                guard let name = Self.name(&rest) else { return nil }
                parts.append(Part(step: .key(name), isBare: true))
            }
        }
        guard !parts.isEmpty, parts.count <= Self.limits.steps else { return nil }
        self.parts = parts
    }

    /// The steps in a document: a bare number is an element where a list stands, and bare parts that together are the name of a member
    /// are that member (`models.openai/gpt-5.4.alias`).
    public func resolved(in value: (_ path: [JSON5Document.Step]) -> JSONValue?) -> [JSON5Document.Step] {
        var steps: [JSON5Document.Step] = []
        var index = 0
        while index < parts.count {
            let (step, count) = next(at: index, in: value(steps))
            steps.append(step)
            index += count
        }
        return steps
    }

    private func next(at index: Int, in value: JSONValue?) -> (step: JSON5Document.Step, count: Int) {
        let part = parts[index]
        guard part.isBare, case .key(let name) = part.step else { return (part.step, 1) }
        switch value {
        case .array?: return (Int(name).map { .index($0) } ?? part.step, 1)
        case .object(let object)?:
            let run = parts[index...].prefix(8).prefix { $0.isBare }
            for length in stride(from: run.count, to: 1, by: -1) {
                let names = run.prefix(length).compactMap { if case .key(let name) = $0.step { name } else { nil } }
                let joined = names.joined(separator: ".")
                if object[joined] != nil { return (.key(joined), length) }
            }
            return (part.step, 1)
        default: return (part.step, 1)
        }
    }

    // MARK: Reading

    private static func name(_ rest: inout ArraySlice<Unicode.Scalar>) -> String? {
        var name = String.UnicodeScalarView()
        while let scalar = rest.first, scalar != ".", scalar != "[" {
            rest.removeFirst()
            if scalar != "\\" {
                name.append(scalar)
            } else {
                guard let next = rest.popFirst() else { return nil }
                name.append(next)
            }
        }
        return name.isEmpty ? nil : String(name)
    }

    /// From `[` to behind `]`.
    private static func bracket(_ rest: inout ArraySlice<Unicode.Scalar>) -> JSON5Document.Step? {
        rest.removeFirst()
        guard let quote = rest.first else { return nil }
        var inside = String.UnicodeScalarView()
        guard quote == "\"" || quote == "'" else {
            while let scalar = rest.first, scalar != "]" {
                inside.append(scalar)
                rest.removeFirst()
            }
            guard rest.popFirst() == "]" else { return nil }
            let text = String(inside)
            guard let number = Int(text), number >= 0, number <= 1_000_000 else { return isName(text) ? .key(text) : nil }
            return .index(number)
        }
        rest.removeFirst()
        while let scalar = rest.popFirst(), scalar != quote {
            if scalar == "\\", let next = rest.first {
                rest.removeFirst()
                inside.append(next)
            } else {
                inside.append(scalar)
            }
        }
        guard rest.popFirst() == "]" else { return nil }
        return .key(String(inside))
    }

    /// A name in brackets without quotes, which the shell has eaten: `[openai/gpt-5.4]`.
    private static func isName(_ text: String) -> Bool { !text.isEmpty && !text.contains("[") && Int(text) == nil }
}
