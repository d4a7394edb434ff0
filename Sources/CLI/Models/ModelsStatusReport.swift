// SPDX-License-Identifier: Apache-2.0
import Failover
import Gateway
import JSON
import Relay

/// What `understudy models status` shows, before it is laid out: names and masked secrets only.
struct ModelsStatusReport: Hashable, Sendable {
    /// One place in the chain.
    struct Link: Hashable, Sendable {
        var model: String
        var credential: String
        /// `oauth`, `token`, `api_key` or `none`.
        var kind: String
        /// The masked secret; empty where nothing is sent.
        var masked: String
        /// The setting that put the model here.
        var origin: String
        var block: Block?
        /// Its owner has taken the credential out of use.
        var pause: Pause?
        /// Why its credential stands where it does among those of its model.
        var place = CredentialPlace.kind
    }

    /// What is kept from being asked.
    struct Block: Hashable, Sendable {
        /// `credential_model`, `credential`, `provider_model` or `endpoint`.
        var scope: String
        /// What is blocked, in words: `cerebras/gpt-oss with cerebras:manual`.
        var subject: String
        var reason: String
        var rule: String
        var receipt: String
        var status: Int?
        /// Milliseconds since 1970. `nil`: until its secret changes.
        var until: Int64?
        /// Milliseconds from the moment of the report, at least 0.
        var remaining: Int64
    }

    /// A model, or a credential of it, that is in no place of the chain.
    struct Skipped: Hashable, Sendable {
        var model: String
        var credential: String?
        var origin: String
        var code: String
        var text: String
    }

    struct Credential: Hashable, Sendable {
        var id: String
        var kind: String
        var masked: String
        var source: String
        var unusable: String?
        var place = CredentialPlace.kind
        var origin = ProbeTarget.Source.profile
        /// How it stands as to time and renewal.
        var standing: Standing?
        var label = ""

        /// A login or a token: what may end.
        var mayEnd: Bool { kind == "oauth" || kind == "token" }
    }

    /// How a credential stands as to time and renewal.
    struct Standing: Hashable, Sendable {
        /// OpenClaw's word: `ok`, `static`, `expiring`, `expired`, `missing`, `unknown`.
        var status: String
        /// Ours, which says more (docs/credentials.md).
        var code: String
        /// For people, such as `ok, expires in 9d`.
        var text: String
        /// Milliseconds since 1970.
        var expires: Int64?
        /// Somebody has to do something: `.failed` now, `.degraded` within a day.
        var needs: ExitStatus?
    }

    struct Provider: Hashable, Sendable {
        var id: String
        var credentials: [Credential]
        /// Whether the chain asks it.
        var isInUse: Bool
        /// `false`: it may be called without a credential.
        var needsCredential: Bool
        /// An environment variable that would give it a key.
        var variable: String
        /// People sign in there with an account, as is publicly known how.
        var hasLogin = false

        var isMissing: Bool { needsCredential && isInUse && !credentials.contains { $0.unusable == nil } }
    }

    enum Gateway: Hashable, Sendable {
        case running(url: String)
        /// What is blocked is as the store has it.
        case notRunning
        /// It runs, but did not tell: why, in words.
        case silent(String)
    }

    var location: ConfigLocation
    var agent: String
    /// Absolute.
    var agentFolder: String
    var defaultModel: String?
    var defaultSource: String
    /// How the default is written, where that is an alias.
    var defaultWritten: String
    var fallbacks: [String]
    var fallbacksSource: String
    var aliases: [Alias]
    var gateway: Gateway
    var links: [Link]
    /// Every window that is open, also of models that are in no place of this chain.
    var blocks: [Block]
    var skipped: [Skipped]
    var providers: [Provider]
    /// Remarks about files, each naming its place.
    var notes: [String]
    /// `auth.spread: "leastRecentlyUsed"`: the order is by last use, which only a running gateway knows (`understudy plan`).
    var spreads = false
    /// How long models took lately to begin their replies; empty where no gateway runs, or none has been asked for a stream.
    var firstTokens: [FirstTokensRow] = []
    /// What models said when they were asked; `nil`: nobody was.
    var probes: ProbePage?
    /// `agents.defaults.imageModel`, or the agent's own, as written.
    var imageModel: String?
    var imageFallbacks: [String] = []
    /// `agents.defaults.models`, as written; empty: any model may be asked for.
    var allowed: [String] = []
    /// What providers last said of how much they still grant.
    var quotas: [QuotaRow] = []
    /// Why a page of usage told nothing, by credential.
    var usageProblems: [String] = []
    /// When all this was so; milliseconds since 1970.
    var now: Int64 = 0

    struct Alias: Hashable, Sendable {
        var alias: String
        var model: String
    }

    var missing: [Provider] { providers.filter(\.isMissing) }

    /// Where the agent's profiles are.
    var storePath: String { agentFolder + "/auth-profiles.json" }

    /// What `--check` ends with: 1 where a provider in the chain has no credential, or one has expired; 2 where one expires within a day.
    var checked: ExitStatus {
        let needs = providers.filter(\.isInUse).flatMap(\.credentials).compactMap { $0.standing?.needs }
        if !missing.isEmpty || needs.contains(.failed) { return .failed }
        return needs.contains(.degraded) ? .degraded : .fine
    }
}
