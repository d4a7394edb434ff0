// SPDX-License-Identifier: Apache-2.0
import Configuration
import Credentials
import Failover
import JSON
import Providers
import Testing

@testable import CLI

@Suite struct `models list` {
    /// A chain of a known model, one that the configuration describes, and one of nobody's.
    static var settings: Settings {
        var settings = Settings()
        var own = Provider(id: "own", baseURL: BaseURL("http://127.0.0.1:9/v1") ?? settings.providers["groq"]!.baseURL)
        var model = Model(id: "m")
        model.contextWindow = 8192
        own.models = [model]
        settings.add(own)
        settings.useByDefault(
            [
                ModelRef(provider: "anthropic", model: "claude-haiku-4-5"), ModelRef(provider: "nope", model: "x"),
                ModelRef(provider: "own", model: "m"),
            ], origin: "test")
        settings.agents.models = [.init(provider: "anthropic", model: "claude-haiku-4-5", alias: "haiku")]
        return settings
    }

    static func report(_ query: ModelsList.Query = .init()) -> ModelsListReport {
        let settings = settings
        let sources = PoolSources(settings: settings, folders: [], home: "/nowhere")
        return ModelsList.report(
            settings, pool: CredentialPool.load(sources, now: Timestamp(milliseconds: 0)), agent: settings.agents.main, query: query)
    }

    @Test func `shows the chain first, with what is known of each model`() throws {
        let rows = Self.report().models
        #expect(rows.map(\.key) == ["anthropic/claude-haiku-4-5", "nope/x", "own/m"])
        #expect(
            rows.map(\.tags) == [
                ["default", "configured", "alias:haiku"], ["fallback#1", "configured", "missing"], ["fallback#2", "configured"],
            ])
        #expect(rows.map(\.contextWindow) == [200_000, nil, 8192])
        #expect(rows.map(\.hasCredential) == [false, false, true])
        #expect(rows.map(\.isLocal) == [false, false, true])
        #expect(rows.map(\.isMissing) == [false, true, false])
        #expect(rows[0].price?.input == 1)
    }

    @Test func `has the whole catalogue with --all, each model once`() {
        let report = Self.report(.init(all: true))
        #expect(Set(report.models.map(\.key)).count == report.models.count)
        for entry in Catalogue.builtIn.entries {
            #expect(report.providers.contains { $0.id == entry.id.rawValue }, "\(entry.id)")
            for model in entry.models { #expect(report.models.contains { $0.key == "\(entry.id)/\(model.id)" }, "\(model.id)") }
        }
    }

    @Test func `keeps to a provider, and to this machine`() {
        #expect(Set(Self.report(.init(provider: "google")).models.map(\.provider)) == ["google"])
        #expect(Self.report(.init(provider: "google")).providers.map(\.id) == ["google"])
        #expect(Self.report(.init(all: true, local: true)).models.map(\.key) == ["own/m"])
        #expect(Self.report(.init(provider: "amazon-bedrock")).providers.first?.baseURL == nil)
    }

    @Test func `fits its text to the terminal`() {
        for width in [100, 120, 160] {
            for line in Self.report(.init(all: true)).text(width: width, colour: false).split(separator: "\n") {
                #expect(TextWidth.columns(String(line)) <= width, "\(line)")
            }
        }
        let text = Self.report().text(width: nil, colour: false)
        #expect(text.contains("anthropic/claude-haiku-4-5  text+image+pdf  200k  64k     1 / 5"))
        #expect(!text.contains("not spoken"))
    }

    @Test func `has OpenClaw's members for programs`() throws {
        let json = Self.report().json
        #expect(json["count"]?.int == 3)
        let first = try #require(json["models"]?.array?.first?.object)
        for name in ["key", "name", "input", "contextWindow", "local", "available", "tags", "missing", "api", "cost", "source", "checked"] {
            #expect(first[name] != nil, "\(name)")
        }
        #expect(first["input"]?.string == "text+image+pdf")
        #expect(json["models"]?.array?[1]["cost"] == .null)
        #expect(first["cost"]?["day"]?.string == "2026-11-21")
    }

    @Test(arguments: [
        (nil, ""), (0, "0"), (999, "999"), (1000, "1k"), (8192, "8k"), (200_000, "200k"), (999_499, "999k"), (1_000_000, "1M"),
        (1_048_576, "1.05M"), (1_100_000, "1.1M"), (2_000_000, "2M"),
    ])
    func `writes tokens short`(tokens: Int?, text: String) { #expect(ModelsListReport.short(tokens) == text) }
}
