// SPDX-License-Identifier: Apache-2.0

/// Why bytes off a connection were refused.
public struct HTTPProblem: Error, Hashable, Sendable {
    /// The status to answer a client with, 400 to 505; 502 for what an upstream sent.
    public var status: Int
    /// For programs and tests; one per rule that was broken, such as `bad_content_length`.
    public var code: String
    /// For people: what was wrong, with the limit if there is one, in one sentence. Never a piece of the input.
    public var message: String

    public init(status: Int, code: String, message: String) {
        self.status = status
        self.code = code
        self.message = message
    }
}
