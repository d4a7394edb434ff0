// SPDX-License-Identifier: Apache-2.0
import Configuration
import Failover
import JSON
import Providers
import Testing

@Suite struct `The list of keys` {
    /// The page that lists them for people.
    static let page = (projectFile("docs/configuration.md") ?? "").split(separator: "\n").map(String.init)

    /// A key as the page has it; `nil` for those that the page does not list one by one.
    static func row(_ key: SettingsKey) -> String? {
        switch key.kind {
        case _ where key.use == .kept: return nil
        case .section, .openSection: return nil
        default: break
        }
        let fallback = key.fallback.isEmpty ? "–" : isLiteral(key) ? "`\(key.fallback)`" : key.fallback
        let mark = key.isLater ? " *Not obeyed yet.*" : key.isFixedAtStart ? " *Fixed at the start.*" : ""
        return "| `\(key.path)` | \(key.kind.text) | \(fallback) | \(key.meaning)\(mark) |"
    }

    /// Whether a key's fallback is what one would write, not a description of it.
    static func isLiteral(_ key: SettingsKey) -> Bool {
        if case .choice(let names) = key.kind { return names.contains(key.fallback) }
        return (try? JSONValue.parse(key.fallback)) != nil
    }

    @Test(arguments: SettingsKeys.all.filter { row($0) != nil }) func `is in docs/configuration.md with type, default and meaning`(
        key: SettingsKey
    ) throws { #expect(Self.page.contains(try #require(Self.row(key)))) }

    @Test func `is all that docs/configuration.md lists`() {
        let rows = Self.page.filter { $0.hasPrefix("| `") }
        #expect(Set(rows) == Set(SettingsKeys.all.compactMap(Self.row)))
        #expect(rows.count == Set(rows).count)
    }

    @Test func `names each key once`() {
        let paths = SettingsKeys.all.map(\.path)
        #expect(paths.count == Set(paths).count)
    }

    @Test func `gives the defaults that hold`() throws {
        var text = ""
        for key in SettingsKeys.all where key.use != .kept && Self.isLiteral(key) && !key.path.contains("*") && !key.path.contains("[]") {
            let value = if case .choice = key.kind { "'\(key.fallback)'" } else if key.fallback == "auto" { "'auto'" } else { key.fallback }
            text += Self.nested(key.path, value) + "\n"
        }
        // Each key in an included file of its own, since one file cannot have the same section twice.
        let lines = text.split(separator: "\n").map(String.init)
        #expect(lines.count > 30)
        for line in lines {
            var (settings, _) = try read(line)
            let (defaults, _) = try read("{}")
            // Who set a limit is told too, and differs.
            for phase in TimeLimits.Phase.allCases where settings.limits[phase].length == defaults.limits[phase].length {
                settings.limits[phase] = defaults.limits[phase]
            }
            #expect(settings == defaults, "\(line)")
        }
    }

    private static func nested(_ path: String, _ value: String) -> String {
        path.split(separator: ".").reversed().reduce(value) { "{ \($1): \($0) }" }
    }

    @Test(arguments: SettingsKeys.all.filter { $0.use == .kept && !$0.path.hasPrefix("env.") })
    func `has OpenClaw's own keys load, whatever they hold`(key: SettingsKey) throws {
        let value = "[{ anything: ['${NOT_SET}', null, 1e999] }]"
        let path = key.path.replacing("models.providers.*", with: "models.providers.groq")
        let text: String
        if let list = path.firstRange(of: "[].") {
            let inner = Self.nested("id.\(path[list.upperBound...])", value).dropFirst("{ id: {".count).dropLast(3)
            text = Self.nested(String(path[..<list.lowerBound]), "[{ id: 'x', \(inner) }]")
        } else if path.contains("*") {
            text = "{ agents: { defaults: { models: { 'groq/x': { \(path.split(separator: ".").last ?? ""): \(value) } } } } }"
        } else {
            text = Self.nested(path, value)
        }
        let (_, notes) = try read(text)
        #expect(notes.map(\.text).contains { $0.hasPrefix("known keys of OpenClaw that are not used here: ") }, "\(text)")
    }

    @Test(arguments: SettingsKeys.all.filter { $0.use != .kept }) func `refuses a wrong kind of value for each of ours`(key: SettingsKey)
        throws
    {
        if key.kind == .anything { return }
        let path = key.path.replacing("models.providers.*", with: "models.providers.groq").replacing(
            "secrets.providers.*.env.*", with: "secrets.providers.x.env.y"
        ).replacing("secrets.providers.*", with: "secrets.providers.x").replacing(
            "agents.entries.*", with: "agents.entries.x"
        ).replacing("profiles.*", with: "profiles.x").replacing("order.*", with: "order.x").replacing("ByProvider.*", with: "ByProvider.x")
            .replacing("env.*", with: "env.X").replacing("vars.*", with: "vars.X").replacing("headers.*", with: "headers.x")
        // A list where a list is wanted holds an object with a key of a wrong kind below it.
        let wrong: String
        switch key.kind {
        case .list: wrong = "{}"
        case .texts, .numbers: wrong = "'x'"
        default: wrong = "[]"
        }
        let text: String
        if path.contains("models.*") {
            let name = path.split(separator: ".").last ?? ""
            text = "{ agents: { defaults: { models: { 'groq/x': \(name == "*" ? wrong : "{ \(name): \(wrong) }") } } } }"
        } else if let list = path.firstRange(of: "[].") {
            let rest = String(path[list.upperBound...])
            text = Self.nested(String(path[..<list.lowerBound]), "[\(Self.nested(rest, wrong))]")
        } else {
            text = Self.nested(path, wrong)
        }
        #expect(!problems(of: text).isEmpty, "\(text)")
    }
}

@Suite struct `The nearest name` {
    @Test(arguments: [
        ("prot", "port"), ("PORT", "port"), ("baseurl", "baseUrl"), ("fallback", "fallbacks"), ("timeout", "timeouts"),
        ("kepDays", "keepDays"),
    ]) func `is one that is a slip away`(typed: String, expected: String) {
        #expect(NearestName.of(typed, in: ["port", "bind", "baseUrl", "fallbacks", "timeouts", "keepDays"]) == expected)
    }

    @Test(arguments: ["zebra", "x", "", "completelyDifferent"]) func `is none where all are far`(typed: String) {
        #expect(NearestName.of(typed, in: ["port", "bind", "fallbacks"]) == nil)
    }
}
