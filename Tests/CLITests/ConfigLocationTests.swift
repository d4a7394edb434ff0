// SPDX-License-Identifier: Apache-2.0
import Testing

@testable import CLI

@Suite struct `The place of the configuration` {
    struct Row: Sendable, CustomTestStringConvertible {
        var config: String?
        var stateDir: String?
        var environment: [String: String] = [:]
        var files: Set<String> = []
        var path: String
        var origin: String
        var state: String = "/home/ada/.understudy"
        var testDescription: String { "\(path) from \(origin)" }
    }

    static func find(_ row: Row) -> ConfigLocation {
        ConfigLocation.find(
            config: row.config, stateDir: row.stateDir,
            in: .init(environment: row.environment, home: "/home/ada", workingFolder: "/home/me/stage", exists: { row.files.contains($0) }))
    }

    @Test(arguments: [
        Row(path: "/home/ada/.understudy/understudy.json", origin: "default"),
        Row(config: "x.json", environment: ["UNDERSTUDY_CONFIG": "/e.json"], path: "/home/me/stage/x.json", origin: "--config"),
        Row(config: "~/x.json", path: "/home/ada/x.json", origin: "--config"),
        Row(config: "./a//b/./c.json", path: "/home/me/stage/a/b/c.json", origin: "--config"),
        Row(
            environment: ["UNDERSTUDY_CONFIG": "/e.json", "OPENCLAW_CONFIG_PATH": "/o.json"], path: "/e.json", origin: "UNDERSTUDY_CONFIG"),
        Row(environment: ["UNDERSTUDY_CONFIG": "", "OPENCLAW_CONFIG_PATH": "/o.json"], path: "/o.json", origin: "OPENCLAW_CONFIG_PATH"),
        Row(stateDir: "/s/", path: "/s/understudy.json", origin: "--state-dir", state: "/s"),
        Row(
            stateDir: "/s", environment: ["OPENCLAW_CONFIG_PATH": "/o.json"], path: "/o.json", origin: "OPENCLAW_CONFIG_PATH", state: "/s"),
        Row(
            environment: ["UNDERSTUDY_STATE_DIR": "~"], path: "/home/ada/understudy.json", origin: "UNDERSTUDY_STATE_DIR",
            state: "/home/ada"),
        Row(
            environment: ["OPENCLAW_STATE_DIR": "/oc"], files: ["/oc/openclaw.json"], path: "/oc/openclaw.json",
            origin: "OPENCLAW_STATE_DIR", state: "/oc"),
        Row(
            environment: ["OPENCLAW_STATE_DIR": "/oc"], files: ["/oc/openclaw.json", "/oc/understudy.json"], path: "/oc/understudy.json",
            origin: "OPENCLAW_STATE_DIR", state: "/oc"),
        Row(
            environment: ["UNDERSTUDY_STATE_DIR": "/s", "OPENCLAW_STATE_DIR": "/oc"], files: ["/s/openclaw.json", "/oc/openclaw.json"],
            path: "/s/understudy.json", origin: "UNDERSTUDY_STATE_DIR", state: "/s"),
        Row(
            environment: ["OPENCLAW_HOME": "/srv/claw"], path: "/srv/claw/.understudy/understudy.json", origin: "default",
            state: "/srv/claw/.understudy"),
    ])
    func `follows flags, then our variables, then OpenClaw's, then the default`(row: Row) {
        let found = Self.find(row)
        #expect(found.configPath == row.path)
        #expect(found.configOrigin == row.origin)
        #expect(found.stateFolder == row.state)
        #expect(found.configExists == row.files.contains(row.path))
    }

    @Test func `comes with a hint when only OpenClaw's file is there`() {
        let found = Self.find(Row(files: ["/home/ada/.openclaw/openclaw.json"], path: "", origin: ""))
        #expect(
            found.openClawHint == """
                There is no ~/.understudy/understudy.json, but OpenClaw's ~/.openclaw/openclaw.json is here. To run on it in place, with state of our own:
                  understudy gateway run --config ~/.openclaw/openclaw.json
                """)
    }

    @Test(arguments: [
        Row(files: [], path: "", origin: ""),
        Row(files: ["/home/ada/.openclaw/openclaw.json", "/home/ada/.understudy/understudy.json"], path: "", origin: ""),
        Row(config: "/x.json", files: ["/home/ada/.openclaw/openclaw.json"], path: "", origin: ""),
    ])
    func `comes without that hint otherwise`(row: Row) {
        #expect(Self.find(row).openClawHint == nil)
    }
}
