// SPDX-License-Identifier: Apache-2.0
import Configuration
import Failover
import HTTP
import Testing

@Suite struct `An include` {
    static let folder = "/etc/understudy"

    @Test func `stands for the object it is alone in`() throws {
        let (settings, _) = try read("{ gateway: { $include: './gateway.json5' } }", ["\(Self.folder)/gateway.json5": "{ port: 7200, }"])
        #expect(settings.gateway.port == 7200)
        #expect(settings.files == [settingsPath, "/var/understudy/.env", "\(Self.folder)/.env", "\(Self.folder)/gateway.json5"])
    }

    @Test func `loses to the members beside it`() throws {
        let (settings, _) = try read(
            "{ $include: 'base.json5', timeouts: { idleSeconds: 5 } }",
            ["\(Self.folder)/base.json5": "{ timeouts: { idleSeconds: 1, plainSeconds: 2 }, gateway: { port: 7300 } }"])
        #expect(settings.limits.idle.length == .seconds(5))
        #expect(settings.limits.plain.length == .seconds(2))
        #expect(settings.gateway.port == 7300)
    }

    @Test func `loses to later ones of its list, and their lists are joined`() throws {
        let (settings, _) = try read(
            "{ agents: { $include: ['a.json5', 'b.json5'] } }",
            [
                "\(Self.folder)/a.json5": "{ defaults: { model: 'openai/a' }, list: [{ id: 'one' }] }",
                "\(Self.folder)/b.json5": "{ defaults: { model: 'openai/b' }, list: [{ id: 'two' }] }",
            ])
        #expect(settings.agents.all.map(\.id) == ["one", "two"])
        #expect(settings.agents.main.primary?.model.description == "openai/b")
    }

    @Test func `may stand for a list`() throws {
        let (settings, _) = try read(
            "{ agents: { list: { $include: 'list.json5' } } }", ["\(Self.folder)/list.json5": "[{ id: 'one', default: true }]"])
        #expect(settings.agents.all.map(\.id) == ["one"])
    }

    @Test func `counts from the file it stands in`() throws {
        let (settings, _) = try read(
            "{ $include: 'parts/a.json5' }",
            [
                "\(Self.folder)/parts/a.json5": "{ $include: './deep/../b.json5' }",
                "\(Self.folder)/parts/b.json5": "{ gateway: { port: 7400 } }",
            ])
        #expect(settings.gateway.port == 7400)
    }

    @Test func `has variables put in`() throws {
        let (settings, _) = try read(
            "{ $include: 'a.json5' }", ["\(Self.folder)/a.json5": "{ models: { providers: { openai: { apiKey: '${KEY}' } } } }"],
            environment: ["KEY": "sk-1"])
        #expect(settings.configuredKeys["openai"] == Secret("sk-1"))
    }

    @Test func `has its problems told with its own file, line and column`() {
        let found = problems(
            of: "{ gateway: { port: 1, $include: 'a.json5' } }",
            ["\(Self.folder)/a.json5": "{\n  bind: 'lan',\n  auth: {\n    mode: 'tocken' } }"])
        #expect(
            texts(of: found) == [
                #"a.json5:4:11: gateway.auth.mode is "tocken"; it takes one of "token", "password", "none", "trusted-proxy". Did you mean "token"?"#
            ])
    }

    @Test(arguments: [
        ("'none.json5'", #"understudy.json:1:13: there is no file "/etc/understudy/none.json5"."#),
        ("7", "understudy.json:1:13: $include is no path; it takes a path or a list of paths."),
        ("['base.json5', 7]", "understudy.json:1:13: $include is no path; it takes a path or a list of paths."),
        ("''", "understudy.json:1:13: $include names no file."),
        ("'understudy.json'", #"understudy.json:1:13: "understudy.json" includes itself, directly or through others."#),
        ("'circle.json5'", #"circle.json5:1:13: "understudy.json" includes itself, directly or through others."#),
        (
            "'../../etc/shadow'",
            #"understudy.json:1:13: "../../etc/shadow" is outside the folder of the settings; move it there, or name its folder in UNDERSTUDY_INCLUDE_ROOTS."#
        ),
        (
            "'/etc/understudyother/a.json5'",
            #"understudy.json:1:13: "/etc/understudyother/a.json5" is outside the folder of the settings; move it there, or name its folder in UNDERSTUDY_INCLUDE_ROOTS."#
        ),
        (
            "['base.json5', 'link.json5']",
            #"understudy.json:1:28: "link.json5" is outside the folder of the settings; move it there, or name its folder in UNDERSTUDY_INCLUDE_ROOTS."#
        ),
        (
            "['base.json5', 'list.json5']",
            #"understudy.json:1:14: "base.json5" cannot be merged with what else stands here; objects merge with objects, and lists with lists."#
        ), ("'list.json5'", "list.json5:1:1: the file holds no object; write {} around the settings."),
        ("'broken.json5'", "broken.json5:1:10: the file ends, but the { of line 1 is still open."),
        ("'folder'", #"understudy.json:1:13: the file "/etc/understudy/folder" is a folder."#),
    ]) func `is refused where it cannot be followed`(include: String, expected: String) {
        var files = GivenFiles([
            settingsPath: "{ $include: \(include) }", "\(Self.folder)/base.json5": "{}", "\(Self.folder)/list.json5": "[]",
            "\(Self.folder)/circle.json5": "{ $include: 'understudy.json' }", "\(Self.folder)/broken.json5": "{ gateway",
        ])
        files.links["\(Self.folder)/link.json5"] = "/etc/shadow"
        files.failures["\(Self.folder)/folder"] = .folder
        let error = #expect(throws: SettingsProblems.self) { try SettingsReader.read(path: settingsPath, source: files, environment: [:]) }
        #expect(texts(of: error?.problems ?? []).first == expected)
    }

    @Test(arguments: ["UNDERSTUDY_INCLUDE_ROOTS", "OPENCLAW_INCLUDE_ROOTS"]) func `may reach the folders that a variable names`(
        variable: String
    ) throws {
        let (settings, _) = try read(
            "{ $include: ['/srv/shared/a.json5', '/home/me/conf/b.json5'] }",
            ["/srv/shared/a.json5": "{ gateway: { port: 7500 } }", "/home/me/conf/b.json5": "{ receipts: { keepDays: 3 } }"],
            environment: [variable: "/srv/shared:~/conf", "HOME": "/home/me"])
        #expect(settings.gateway.port == 7500)
        #expect(settings.receipts.keepDays == 3)
    }

    @Test func `is followed ten files deep and no deeper`() throws {
        func chain(_ count: Int) -> [String: String] {
            var files: [String: String] = ["\(Self.folder)/\(count).json5": "{ gateway: { port: 7600 } }"]
            for index in 1..<count { files["\(Self.folder)/\(index).json5"] = "{ $include: '\(index + 1).json5' }" }
            return files
        }
        #expect(try read("{ $include: '1.json5' }", chain(10)).settings.gateway.port == 7600)
        #expect(
            texts(of: problems(of: "{ $include: '1.json5' }", chain(11))) == [
                #"10.json5:1:13: "11.json5" is the 11th file within a file; at most 10 are followed."#
            ])
    }

    @Test func `cannot be multiplied without end`() {
        var files: [String: String] = [:]
        for index in 1...9 {
            let next = "'\(index + 1).json5'"
            files["\(Self.folder)/\(index).json5"] = "{ $include: [\(next), \(next), \(next), \(next)] }"
        }
        files["\(Self.folder)/10.json5"] = "{}"
        #expect(problems(of: "{ $include: '1.json5' }", files).contains { $0.expected == "at most 256 are followed" })
    }

    @Test func `hides what does not merge with it`() throws {
        let (settings, _) = try read(
            "{ agents: { defaults: { $include: 'a.json5', model: 'openai/b' } } }",
            ["\(Self.folder)/a.json5": "{ model: { primary: 'openai/a', fallbacks: ['openai/c'] } }"])
        #expect(settings.agents.main.chain.map(\.model.description) == ["openai/b"])
    }
}
