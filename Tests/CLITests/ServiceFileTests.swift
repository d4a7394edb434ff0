// SPDX-License-Identifier: Apache-2.0
import TestSupport
import Testing

@testable import CLI

@Suite struct `A service's file` {
    static let plain = ServiceFile(
        program: "/usr/local/bin/understudy", arguments: ["gateway", "run"], searchPath: "/usr/local/bin:/usr/bin",
        stateFolder: "/home/ada/.understudy")

    @Test(arguments: [
        ("gateway", "gateway"), ("", "\"\""), ("a b", "\"a b\""), ("100%", "100%%"), ("$HOME", "$$HOME"), ("say \"hi\"", #""say \"hi\"""#),
        (#"a\b"#, #""a\\b""#), ("it's", "\"it's\""), ("two\nlines", #""two\x0alines""#), ("ü", "ü"), ("a;b", "\"a;b\""),
    ])
    func `quotes a word of a command line so that systemd reads it as one:`(word: String, quoted: String) {
        #expect(ServiceFile.quoted(word) == quoted)
    }

    @Test func `leaves dollar signs alone where systemd does`() {
        #expect(ServiceFile.quoted("PATH=$a:/b c", doublesDollars: false) == "\"PATH=$a:/b c\"")
    }

    @Test func `runs the program, tells systemd when it serves, and does not repeat what cannot work`() {
        let unit = Self.plain.unit.split(separator: "\n").map(String.init)
        for line in [
            "Type=notify", "NotifyAccess=all", "ExecStart=/usr/local/bin/understudy gateway run", "Restart=on-failure",
            "RestartPreventExitStatus=64 78", "TimeoutStopSec=50", "Environment=PATH=/usr/local/bin:/usr/bin", "WantedBy=default.target",
        ] { #expect(unit.contains(line), "\(line)") }
    }

    @Test func `has a name of its own for each profile`() {
        var work = Self.plain
        work.profile = "work"
        #expect(Self.plain.unitName == "understudy-gateway.service" && work.unitName == "understudy-gateway-work.service")
        #expect(Self.plain.label == "ai.understudy.gateway" && work.label == "ai.understudy.gateway.work")
    }

    @Test func `is a property list for launchd, whatever stands in a path`() {
        var file = Self.plain
        file.arguments += ["--config", "/a & b/<c>.json"]
        let list = file.propertyList
        #expect(list.contains("        <string>/a &amp; b/&lt;c&gt;.json</string>\n"))
        #expect(list.contains("<key>SuccessfulExit</key>\n        <false/>"))
        #expect(list.hasPrefix("<?xml") && list.hasSuffix("</plist>\n"))
    }

    @Test(arguments: [
        ("/home/ada/.understudy", true), ("/home/ada/.understudy-work", false), ("/home/ada", false), ("/home/ada/.understudy/.env", false),
    ])
    func `is known by its state folder, whoever manages it:`(folder: String, isSame: Bool) {
        var other = ServiceFile(program: "", arguments: [], searchPath: "", stateFolder: folder)
        other.profile = "whatever"
        for text in [Self.plain.unit, Self.plain.propertyList] { #expect(other.isForSameFolder(text) == isSame) }
        #expect(!other.isForSameFolder(""))
    }

    @Test func `names the program as it is called, dollar signs and all`() {
        var file = Self.plain
        file.program = "/opt/a$b/100%/understudy"
        file.arguments = ["gateway", "run", "--config", "$HOME"]
        #expect(file.unit.contains("\nExecStart=/opt/a$b/100%%/understudy gateway run --config $$HOME\n"))
    }

    @Test func `cannot be led astray by a line feed in the state folder's name`() {
        var file = Self.plain
        file.stateFolder = "/home/ada/x\nExecStartPre=/bin/evil"
        #expect(!file.unit.contains("\nExecStartPre"))
    }
}

@Suite(.timeLimit(.minutes(5))) struct `A service` {
    /// A machine whose `systemctl` is played by a script.
    static func machine(_ script: String) throws -> (TemporaryHome, [String: String]) {
        let home = try TemporaryHome()
        try home.write("#!/bin/sh\n\(script)\n", to: "bin/systemctl", mode: 0o755)
        return (home, ["PATH": "\(home.path)/bin:/usr/bin:/bin"])
    }

    static let unit = ".config/systemd/user/understudy-gateway.service"

    #if os(Linux)
        @Test func `that no manager takes is not installed, and the gateway is started without it`() async throws {
            let (home, environment) = try Self.machine("echo 'Failed to connect to bus' >&2; exit 1")
            let binary = try BuiltBinary()
            let failed = try await binary.run(["gateway", "install"], environment: environment, home: home)
            #expect(failed.status == 1 && failed.error.contains("not installed: systemctl --user daemon-reload failed"), "\(failed)")
            #expect(failed.error.contains("enable-linger"), "\(failed)")
            #expect(home.read(Self.unit) == nil)
            let started = try await binary.run(["gateway", "start", "--port", "0"], environment: environment, home: home)
            #expect(started.status == 0, "\(started)")
            // Nobody puts this file aside when it is large: the log has its own.
            let out = home.read(".understudy/gateway.out") ?? ""
            #expect(out.contains("is ready on http") && !out.contains("Listening"), "\(out)")
            #expect(home.read(".understudy/logs/understudy.log")?.contains("Listening") == true)
            #expect(try await binary.run(["gateway", "stop"], environment: environment, home: home).status == 0)
        }

        @Test func `is that of its own state folder, and of no other`() async throws {
            let (home, environment) = try Self.machine("echo \"$@\" >> \"$HOME/asked\"")
            let binary = try BuiltBinary()
            let installed = try await binary.run(["gateway", "install", "--json"], environment: environment, home: home)
            #expect(installed.status == 0, "\(installed)")
            #expect(home.read(Self.unit)?.contains("Type=notify") == true)
            let asked = home.read("asked")
            #expect(asked?.contains("--user enable --now understudy-gateway.service") == true)
            let other = ["--state-dir", home.path + "/other"]
            let second = try await binary.run(["gateway", "install"] + other, environment: environment, home: home)
            #expect(second.status == 1 && second.error.contains("runs a gateway on another state folder"), "\(second)")
            let gone = try await binary.run(["gateway", "uninstall"] + other, environment: environment, home: home)
            #expect(gone.out.contains("not installed"), "\(gone)")
            let started = try await binary.run(["gateway", "start", "--port", "0"] + other, environment: environment, home: home)
            #expect(started.status == 0, "\(started)")
            #expect(home.read("asked") == asked, "the manager is not asked for another folder's gateway")
            #expect(try await binary.run(["gateway", "stop"] + other, environment: environment, home: home).status == 0)
            let removed = try await binary.run(["gateway", "uninstall"], environment: environment, home: home)
            #expect(removed.status == 0 && home.read(Self.unit) == nil, "\(removed)")
        }
    #endif
}

@Suite struct `What a gateway is given by another` {
    @Test func `is read as it was written`() throws {
        let given = Inheritance(guardian: .nobody, channel: 9, error: 2, lock: 12, life: 7, listeners: [33, 34])
        let (childs, descriptors) = given.numbered()
        #expect(descriptors == [9, 2, 12, 7, 33, 34])
        #expect(childs.text == "1 nobody channel=3 error=4 lock=5 life=6 listen=7 listen=8")
        #expect(Inheritance(text: childs.text, isOpen: { _ in true }) == childs)
    }

    @Test(arguments: [
        "", "1", "2 nobody channel=3 error=4", "1 somebody channel=3 error=4", "1 nobody channel=3", "1 nobody channel=0 error=4",
        "1 nobody channel=x error=4", "1 nobody channel=-3 error=4", "1 nobody channel error=4",
    ])
    func `is passed over when it is something else:`(text: String) {
        #expect(Inheritance(text: text, isOpen: { _ in true }) == nil)
    }

    @Test func `is passed over when its descriptors are not there`() {
        #expect(Inheritance(text: "1 nobody channel=3 error=4", isOpen: { $0 != 4 }) == nil)
    }
}
