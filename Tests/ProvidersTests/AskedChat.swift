// SPDX-License-Identifier: Apache-2.0
import Failover
import JSON

@testable import Providers

/// Chat requests as neutral values, from as much of them as a test is about.
enum AskedChat {
    static func read(_ text: String) throws -> Conversation {
        let body = bytes(text)
        let index = try JSONIndex(scanning: body.span.bytes)
        let shape = try chat.facts(.generate, body: body, index: index, target: PathFacts())
        return try chat.translation.readRequest(body, index: index, shape: shape)
    }

    /// The members given, beside a model and a message.
    static func asking(_ members: String) throws -> Conversation {
        try read(#"{"model":"m","messages":[{"role":"user","content":"Hi"}],\#(members)}"#)
    }

    static func saying(_ messages: String) throws -> [Turn] { try read(#"{"model":"m","messages":[\#(messages)]}"#).turns }
}
