// SPDX-License-Identifier: Apache-2.0
import JSON
import TestSupport
import Testing

@testable import CLI

@Suite struct `A unified diff` {
    static func lines(_ text: String) -> [ConfigMask.Line] { ConfigMask(settings: nil).lines(of: Array(text.utf8)) }

    @Test(
        arguments: [
            ("a\nb\nc\n", "a\nB\nc\n", ["@@ -1,3 +1,3 @@", " a", "-b", "+B", " c"]),
            ("", "x\n", ["@@ -0,0 +1 @@", "+x"]),
            ("1\n2\n3\n4\n5\n6\n7\n8\n9\n", "1\n2\n3\n4\n6\n7\n8\n9\n", ["@@ -2,7 +2,6 @@", " 2", " 3", " 4", "-5", " 6", " 7", " 8"]),
            ("a\n", "a\n", []),
        ] as [(String, String, [String])])
    func `shows what changed and three lines around it`(old: String, new: String, hunks: [String]) {
        let diff = UnifiedDiff.lines(from: Self.lines(old), to: Self.lines(new), path: "f", isNew: false)
        #expect(Array(diff.dropFirst(2)) == hunks)
    }

    /// What `patch` would make of it is the new file.
    @Test(arguments: UInt64(0)..<100)
    func `leads from the one to the other`(seed: UInt64) {
        var chance = SplitMix64(seed: seed)
        func text() -> [String] {
            (0..<Int.random(in: 0..<30, using: &chance)).map { _ in ["a", "b", "c", "d"].randomElement(using: &chance) ?? "" }
        }
        let (old, new) = (text(), text())
        let diff = UnifiedDiff.lines(
            from: Self.lines(old.map { $0 + "\n" }.joined()), to: Self.lines(new.map { $0 + "\n" }.joined()), path: "f", isNew: false)
        var (result, place) = ([String](), 0)
        for line in diff.dropFirst(2) {
            if line.hasPrefix("@@") {
                let start = Int(line.split(separator: " ")[1].dropFirst().split(separator: ",")[0]) ?? 0
                let isEmpty = line.contains("-\(start),0 ")
                while place < start - (isEmpty ? 0 : 1) {
                    result.append(old[place])
                    place += 1
                }
            } else if line.hasPrefix("+") {
                result.append(String(line.dropFirst()))
            } else {
                #expect(old[place] == line.dropFirst())
                if line.hasPrefix(" ") { result.append(old[place]) }
                place += 1
            }
        }
        #expect(result + old[place...] == new)
    }
}

@Suite struct `A free model` {
    @Test(
        arguments: [
            ("llama-3.3-70b-instruct:free", 70), ("mixtral-8x7b", 56), ("gemma-3n-e4b-it", nil), ("qwen3-235b-a22b", 235), ("gpt-oss", nil),
            ("phi-3.5b", 3.5), ("8b", 8), ("ab", nil),
        ] as [(String, Double?)])
    func `tells its size by its name`(name: String, billions: Double?) { #expect(ScannedModel.billions(in: name) == billions) }

    @Test func `costs nothing at all`() {
        func model(_ prompt: JSONValue, _ completion: JSONValue) -> ScannedModel? {
            ScannedModel(["id": "a/b", "pricing": ["prompt": prompt, "completion": completion]])
        }
        #expect(model("0", "0")?.ref == "openrouter/a/b")
        #expect(model("0", "0.0000001") == nil)
        #expect(model("-1", "-1") == nil)
        #expect(model("0", .null) == nil)
        #expect(ScannedModel(["id": "a/b"]) == nil)
    }
}

@Suite struct `A plugin of OpenClaw` {
    @Test(arguments: [
        ("google-gemini-cli-auth", "understudy models auth login --provider google-gemini-cli"),
        ("openrouter", "understudy models auth add"),
        ("z.ai", "understudy models auth add --provider zai"), ("ollama", "needs no key"),
    ])
    func `is built in`(id: String, next: String) async {
        let result = await play(["plugins", "enable", id])
        #expect(result.status == .fine && result.out.contains("nothing to enable") && result.out.contains(next), "\(result)")
    }

    @Test func `that is none is told with the nearest`() async {
        let result = await play(["plugins", "enable", "google-gemini-cli-aut"])
        #expect(result.status == .failed && result.error.contains("Did you mean google-gemini-cli-auth?"))
    }
}
