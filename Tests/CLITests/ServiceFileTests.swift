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

    @Test func `cannot be led astray by a line feed in the state folder's name`() {
        var file = Self.plain
        file.stateFolder = "/home/ada/x\nExecStartPre=/bin/evil"
        #expect(!file.unit.contains("\nExecStartPre"))
    }
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
