// SPDX-License-Identifier: Apache-2.0
import Configuration
import Testing

@Suite struct `A file of settings` {
    @Test(arguments: projectFolder("Examples").filter { $0.hasSuffix(".json") })
    func `of each example is read, without a note`(name: String) throws {
        let (settings, notes) = try read(try #require(projectFile("Examples/\(name)")))
        #expect(settings.agents.main.chain.count > 0)
        #expect(notes.isEmpty)
    }

    @Test func `has examples`() { #expect(!projectFolder("Examples").isEmpty) }

    /// Bytes of a good file are changed, doubled or left out.
    @Test(arguments: UInt64(1)...300)
    func `that was damaged is read or refused in words`(seed: UInt64) {
        var state = seed &* 0x9E37_79B9_7F4A_7C15
        func next(_ bound: Int) -> Int {
            state ^= state << 13
            state ^= state >> 7
            state ^= state << 17
            return Int(state % UInt64(bound))
        }
        var bytes = Array(openClawFile.utf8)
        for _ in 0...next(4) {
            let place = next(bytes.count - 40)
            switch next(4) {
            case 0: bytes[place] = UInt8(next(256))
            case 1: bytes.removeSubrange(place..<place + next(40))
            case 2: bytes.insert(contentsOf: bytes[place..<place + next(40)], at: next(bytes.count))
            default:
                bytes.replaceSubrange(place..<place + 1, with: Array(["[]", "{}", "null", "-1", "'${X}'", "'$include'"][next(6)].utf8))
            }
        }
        var files = GivenFiles()
        files.contents[settingsPath] = bytes
        do throws(SettingsProblems) {
            _ = try SettingsReader.read(path: settingsPath, source: files, environment: openClawEnvironment)
        } catch {
            #expect((1...SettingsProblems.limit).contains(error.problems.count))
            #expect(error.problems.allSatisfy { !$0.text.isEmpty && !$0.text.contains("\n") })
        }
    }

    @Test func `of great size is answered`() {
        let keys = (0..<100_000).map { "k\($0): 1" }.joined(separator: ",")
        #expect(problems(of: "{ gateway: { \(keys) } }").count == 20)
        let fallbacks = [String](repeating: "'openai/x'", count: 200_000).joined(separator: ",")
        #expect(
            texts(of: problems(of: "{ agents: { defaults: { model: { fallbacks: [\(fallbacks)] } } } }"))
                == ["understudy.json:1:45: agents.defaults.model.fallbacks has 200000 elements; it takes 1000 at most."])
        let models = (0..<20_000).map { "{ id: 'm\($0)' }" }.joined(separator: ",")
        #expect(problems(of: "{ models: { providers: { openai: { models: [\(models)] } } } }").isEmpty)
    }
}
