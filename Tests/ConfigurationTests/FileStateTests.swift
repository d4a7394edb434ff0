// SPDX-License-Identifier: Apache-2.0
import Configuration
import Failover
import Testing

@Suite struct `The settings file` {
    static func told(_ files: GivenFiles) -> [String] {
        do {
            _ = try SettingsReader.read(path: settingsPath, source: files, environment: [:])
            return []
        } catch { return texts(of: error.problems) }
    }

    @Test func `may be missing, which is noted`() throws {
        let (settings, notes) = try SettingsReader.read(path: settingsPath, source: GivenFiles(), environment: [:])
        #expect(notes.map(\.description) == ["\(settingsPath): there is no such file; the defaults apply"])
        #expect(settings.gateway == GatewaySettings())
        #expect(settings.policy == .standard)
        #expect(settings.agents.main.chain.isEmpty)
        #expect(settings.providers["openai"] != nil)
        #expect(settings.files == [settingsPath, "/etc/understudy/.env"])
    }

    @Test(arguments: [
        (FileProblem.folder, "understudy.json: the file is a folder; the settings should be a JSON5 file."),
        (.notPermitted, "understudy.json: the file may not be read by this user; the settings should be a JSON5 file."),
        (.tooBig(limit: 8 << 20), "understudy.json: the file is bigger than 8 MB; the settings should be a JSON5 file."),
        (
            .other("Input/output error"),
            "understudy.json: the file cannot be read: Input/output error; the settings should be a JSON5 file."
        ),
    ]) func `may be unreadable`(problem: FileProblem, text: String) {
        var files = GivenFiles()
        files.failures[settingsPath] = problem
        #expect(Self.told(files) == [text])
    }

    @Test(arguments: [
        ("", "understudy.json: the file is empty; write {} for the defaults."),
        (" \n\t\n", "understudy.json: the file is empty; write {} for the defaults."),
        ("[]", "understudy.json:1:1: the file holds no object; write {} around the settings."),
        ("\"x\"", "understudy.json:1:1: the file holds no object; write {} around the settings."),
        ("{ gateway: {\n  port: 71", "understudy.json:2:11: the file ends, but the { of line 1 is still open."),
        ("{ a: 1 b: 2 }", "understudy.json:1:8: a comma or } should follow here."),
        ("{ gateway: {}, gateway: {} }", "understudy.json:1:16: \"gateway\" is already set in line 1."),
    ]) func `may be written wrongly`(text: String, expected: String) { #expect(Self.told(GivenFiles([settingsPath: text])) == [expected]) }

    @Test func `may be cut anywhere, and never crashes`() {
        let whole = Array(openClawFile.utf8)
        for length in stride(from: 0, to: whole.count - 1, by: 7) {
            var files = GivenFiles()
            files.contents[settingsPath] = Array(whole[..<length])
            #expect(!Self.told(files).isEmpty, "\(length) bytes")
        }
    }

    @Test func `may hold bytes that are no text`() {
        var files = GivenFiles()
        files.contents[settingsPath] = Array("{ a: '".utf8) + [0xC3, 0x28] + Array("' }".utf8)
        #expect(Self.told(files) == ["understudy.json:1:7: these bytes are not UTF-8."])
    }

    @Test func `may be too big even if its source does not say so`() {
        var files = GivenFiles()
        files.contents[settingsPath] = [UInt8](repeating: 0x20, count: SettingsReader.fileLimit + 1)
        #expect(Self.told(files) == ["understudy.json: the file is bigger than 8 MB; the settings should be a JSON5 file."])
    }

    @Test func `may be nested too deep`() {
        let deep = "{ x: " + String(repeating: "[", count: 10_000) + "}"
        #expect(Self.told(GivenFiles([settingsPath: deep])).first?.contains("nested more than 64 deep") == true)
    }

    @Test func `tells what to watch even when it cannot be read`() throws {
        let error = #expect(throws: SettingsProblems.self) {
            try SettingsReader.read(
                path: settingsPath, source: GivenFiles([settingsPath: "{ $include: 'a.json5' }", "/etc/understudy/a.json5": "{"]),
                environment: [:])
        }
        #expect(error?.files == [settingsPath, "/etc/understudy/a.json5", "/etc/understudy/.env"])
    }

    @Test func `keeps sections of others and counts them`() throws {
        let (settings, _) = try read("{ channels: { discord: { token: '${NOT_SET}' } }, session: 7, meta: null, somethingNew: [] }")
        #expect(settings.foreignSections == ["channels", "session", "meta", "somethingNew"])
    }
}
