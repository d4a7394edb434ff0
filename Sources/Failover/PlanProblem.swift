// SPDX-License-Identifier: Apache-2.0

/// Why something that was asked of a plan cannot be: a word that stands for nothing here.
public struct PlanProblem: Error, Hashable, Sendable {
    /// What is wrong, as a sentence.
    public var message: String
    /// The word itself, as it was written.
    public var word: String
    /// What would have done. Whoever tells it names the nearest.
    public var known: [String]

    public init(_ message: String, word: String, known: [String] = []) {
        self.message = message
        self.word = word
        self.known = known
    }
}
