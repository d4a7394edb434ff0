// SPDX-License-Identifier: Apache-2.0

/// A parser that meets bytes from strangers, and what must hold whatever they are: it ends, it does not crash, and what is promised of
/// it by `check`. `Fuzz/README.md` says how they are run.
public struct FuzzEntry: Sendable, CustomStringConvertible {
    /// Such as `request-openai-completions`: its folder in `Fuzz/Corpus` has the seeds.
    public var name: String
    /// Traps when a promise is broken.
    public var check: @Sendable ([UInt8]) -> Void

    public var description: String { name }

    public static let all = [head, chunks, events, json, json5, seal, quota] + wires

    public static func named(_ name: String) -> FuzzEntry? { all.first { $0.name == name } }

    /// As a precondition, with the entry's words where a fuzzer shows them.
    static func promise(_ condition: Bool, _ words: @autoclosure () -> String) {
        if !condition { fatalError("broken promise: \(words())") }
    }
}
