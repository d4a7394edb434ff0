// SPDX-License-Identifier: Apache-2.0
import JSON
import Testing

@testable import Providers

@Suite struct `A document without a name` {
    @Test(arguments: [("", "document.pdf"), ("application/pdf", "document.pdf"), ("text/csv", "document.csv"), ("x/y", "document")])
    func `has one that tells its type`(type: String, name: String) throws {
        var conversation = Conversation()
        conversation.turns = [Turn(.user, [.media(Media(.document, .data("aGk="), mimeType: type)), .text("q")])]
        let target = RequestTarget(provider: "p", model: "m")
        var losses = Losses()
        let asked = try JSONValue.parse(ChatTranslation().writeRequest(conversation, for: target, losses: &losses))
        #expect(asked["messages"]?[0]?["content"]?[0]?["file"]?["filename"]?.string == name)
        let other = try JSONValue.parse(ResponsesTranslation().writeRequest(conversation, for: target, losses: &losses))
        #expect(other["input"]?[0]?["content"]?[0]?["filename"]?.string == name)
    }
}
