// SPDX-License-Identifier: Apache-2.0
import Credentials
import Failover
import JSON
import Store
import TestSupport
import Testing

@Suite struct `A file of profiles` {
    private static func object(_ text: String) throws -> JSONObject { try #require(try JSONValue.parse(Array(text.utf8)).object) }

    @Test func `does not grow beyond what is read again`() throws {
        let home = try TemporaryHome()
        let file = ProfileFile(path: home.path + "/auth-profiles.json")
        func add(_ id: CredentialID, _ length: Int) throws {
            _ = try file.change { contents in
                ProfileEdit.put(id, ["type": "api_key", "key": .string(String(repeating: "k", count: length))], in: &contents)
            }
        }
        try add("openai:one", 900_000)
        let before = home.read("auth-profiles.json")
        let problem = #expect(throws: StoreProblem.self) { try add("openai:two", 200_000) }
        #expect(problem?.kind == .tooLarge)
        #expect(problem?.reason.contains("Remove what is not used any more") == true)
        #expect(home.read("auth-profiles.json") == before)
        try add("openai:three", 1000)
        #expect(try file.contents()?["profiles"]?.object?.count == 2)
    }

    @Test func `is not made by a change that changes nothing`() throws {
        let home = try TemporaryHome()
        let file = ProfileFile(path: home.path + "/auth-profiles.json")
        let removed = try file.change { contents in ProfileEdit.remove("openai:none", from: &contents) }
        #expect(removed == nil)
        #expect(try file.contents() == nil)
    }

    @Test(arguments: [
        (#"{"z.ai": ["zai:a"]}"#, #"["zai:a"]"#), (#"{"ZAI": ["zai:a", "zai:b"]}"#, #"["zai:a", "zai:b"]"#),
        (#"{"zai": ["zai:a"], "z-ai": ["zai:b"]}"#, #"["zai:b"]"#),
    ])
    func `has one order of a provider, however its name is spelt`(orders: String, order: String) throws {
        var contents = try Self.object(#"{"version": 1, "profiles": {}, "order": \#(orders)}"#)
        let expected = try JSONValue.parse(Array(order.utf8)).array?.compactMap(\.string).map { CredentialID(rawValue: $0) }
        #expect(ProfileEdit.order(of: "zai", in: contents) == expected)
        ProfileEdit.setOrder(of: "zai", to: ["zai:c"], in: &contents)
        #expect(contents["order"] == ["zai": ["zai:c"]])
        ProfileEdit.setOrder(of: "zai", to: nil, in: &contents)
        #expect(contents["order"] == nil)
    }

    @Test func `forgets a removed profile in every order`() throws {
        var contents = try Self.object(
            #"{"version": 1, "profiles": {"zai:a": {}, "zai:b": {}}, "order": {"z.ai": ["zai:a", "zai:b"], "groq": ["zai:a"]}}"#)
        #expect(ProfileEdit.remove("zai:a", from: &contents) != nil)
        #expect(contents["order"] == ["zai": ["zai:b"]])
    }
}
