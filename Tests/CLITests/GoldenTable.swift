// SPDX-License-Identifier: Apache-2.0
import Testing

@testable import CLI

/// A command line whose output is held against files, on the home that `Golden.home` makes.
struct GoldenCase: Sendable, CustomTestStringConvertible {
    var words: [String]
    /// Of its files.
    var name: String

    /// - Parameter name: Where a command has several; otherwise its words.
    init(_ line: String, as name: String? = nil) {
        words = line.split(separator: " ").map(String.init)
        self.name = name ?? Self.command(words)?.words.joined(separator: "-") ?? line
    }

    /// Which command it is.
    static func command(_ words: [String]) -> Command? {
        CommandList.all.commands.filter { words.starts(with: $0.words) }.max { $0.words.count < $1.words.count }
    }

    var testDescription: String { words.joined(separator: " ") }

    static let all: [GoldenCase] = [
        GoldenCase("gateway stop"), GoldenCase("gateway status"), GoldenCase("health"),
        GoldenCase("sessions list"), GoldenCase("sessions stop agent:main:x"),
        GoldenCase("models status"), GoldenCase("models status --plain", as: "models-status-plain"),
        GoldenCase("models status --capabilities", as: "models-status-capabilities"),
        GoldenCase("models list"), GoldenCase("models list --provider groq --all", as: "models-list-provider"),
        GoldenCase("models set quick --dry-run"), GoldenCase("models set-image quick --dry-run"),
        GoldenCase("models fallbacks list"), GoldenCase("models fallbacks add groq/llama-3.3-70b-versatile --dry-run"),
        GoldenCase("models fallbacks remove quick --agent research --dry-run"), GoldenCase("models fallbacks clear --dry-run"),
        GoldenCase("models image-fallbacks list"), GoldenCase("models image-fallbacks add quick --dry-run"),
        GoldenCase("models image-fallbacks remove openai/gpt-5.4-mini --dry-run"),
        GoldenCase("models image-fallbacks clear --agent research --dry-run"),
        GoldenCase("models aliases list"), GoldenCase("models aliases add work openai/gpt-5.4 --dry-run"),
        GoldenCase("models aliases remove quick --dry-run"),
        GoldenCase("models scan"),
        GoldenCase("models auth list"), GoldenCase("models auth login --provider nobody"),
        GoldenCase("models auth refresh openai:work"), GoldenCase("models auth import --provider openai-codex"),
        GoldenCase("models auth add"), GoldenCase("models auth paste-api-key --provider groq --key env:GROQ_KEY"),
        GoldenCase("models auth paste-token --provider anthropic --token env:SETUP_TOKEN"),
        GoldenCase("models auth setup-token --token env:SETUP_TOKEN"),
        GoldenCase("models auth order get --provider openai"), GoldenCase("models auth order set --provider openai openai:work"),
        GoldenCase("models auth order clear --provider openai"),
        GoldenCase("models auth logout openai:work --yes"), GoldenCase("models auth clean"),
        GoldenCase("models auth clear-cooldown openai:work"),
        GoldenCase("providers list --ready"), GoldenCase("plugins list"), GoldenCase("plugins enable google-gemini-cli-auth"),
        GoldenCase("credentials list"), GoldenCase("credentials clear openai:work"), GoldenCase("credentials pause openai:work"),
        GoldenCase("credentials resume openai:work"),
        GoldenCase("plan"), GoldenCase("plan --when anthropic=402", as: "plan-when"),
        GoldenCase("receipts"), GoldenCase("explain --last"),
        GoldenCase("logs --utc"),
        GoldenCase("failures list"), GoldenCase("failures classify --provider cerebras --status 402"),
        GoldenCase("config get"), GoldenCase("config get agents.defaults.model", as: "config-get-path"),
        GoldenCase("config set gateway.port 7201 --dry-run"), GoldenCase("config unset agents.list[0].model --dry-run"),
        GoldenCase("config validate"),
        GoldenCase("version"),
    ]

    /// Commands without a case, and why.
    static let others: [String: String] = [
        "understudy gateway run": "serves until it is stopped: BannerTests",
        "understudy gateway start": "starts a process: RestartTests",
        "understudy gateway restart": "starts a process: RestartTests",
        "understudy gateway install": "asks this machine's service manager: ServiceFileTests",
        "understudy gateway uninstall": "asks this machine's service manager: ServiceFileTests",
        "understudy status": "shows this machine: StatusTests",
        "understudy doctor": "looks at this machine: StatusTests",
        "understudy models auth login-github-copilot": "begins to ask GitHub at once: LoginTests",
        "understudy rehearse": "plays faults, and tells how long they took: DrillTests",
        "understudy help": "GoldenHelpTests",
    ]
}
