// SPDX-License-Identifier: Apache-2.0
import Providers

/// Every key that is ours to read, and those of OpenClaw's beside them. docs/configuration.md is kept equal by a test.
public enum SettingsKeys {
    /// What the settings are made of, in the order of the documentation.
    public static let all: [SettingsKey] =
        models + modelEntries + compat + modelEntriesMore + agents + auth + secrets + environment + gateway + logging + ours + openClaw

    private static let seconds = SettingsKey.Kind.number(0.01...86_400)
    private static let ladder = SettingsKey.Kind.numbers(0.01...604_800)
    private static let dollars = SettingsKey.Kind.number(0...100_000)
    private static let tokens = SettingsKey.Kind.whole(1...100_000_000)

    static func key(
        _ path: String, _ kind: SettingsKey.Kind, _ fallback: String = "", _ meaning: String, _ use: SettingsKey.Use = .used
    ) -> SettingsKey {
        SettingsKey(path: path, kind: kind, fallback: fallback, meaning: meaning, use: use)
    }

    /// A key whose value counts from the gateway's start on.
    private static func fixed(_ path: String, _ kind: SettingsKey.Kind, _ fallback: String = "", _ meaning: String) -> SettingsKey {
        SettingsKey(path: path, kind: kind, fallback: fallback, meaning: meaning, use: .used, isFixedAtStart: true)
    }

    // MARK: Providers and models

    /// The wires' names, of which this version speaks those of `WireKind`.
    static let wires = [
        "openai-completions", "openai-responses", "openai-codex-responses", "openai-chatgpt-responses", "azure-openai-responses",
        "anthropic-messages", "google-generative-ai", "google-vertex", "google-gemini-cli", "github-copilot", "bedrock-converse-stream",
        "ollama",
    ]

    private static let models: [SettingsKey] = [
        key("models", .section, "", "Where models are served."),
        key(
            "models.mode", .choice(["merge", "replace"]), "merge",
            "Whether the providers written here stand beside the built-in ones or instead of them."),
        key("models.providers", .map, "", "The providers by id, lower-case. A built-in one needs no entry, only a key."),
        key("models.providers.*", .section, "", "One provider."),
        key(
            "models.providers.*.baseUrl", .url, "the built-in provider's",
            "Where its API begins; the wire's path, such as `/chat/completions`, follows it."),
        key(
            "models.providers.*.api", .choice(wires),
            "the built-in provider's, else openai-completions, also for openai and xai at another host",
            "The wire it speaks. Models on a wire that this version does not speak are passed over."),
        key("models.providers.*.apiKey", .secret, "", "Its key. Further keys come from the environment and from profiles."),
        key(
            "models.providers.*.authHeader", .flag, "the wire's own header",
            "`true`: the key goes up as `Authorization: Bearer` on any wire. `false`: in the wire's own header, such as `x-api-key`; on OpenAI's wires nowhere, since `headers` say who is asking."
        ),
        key("models.providers.*.headers", .map, "", "Headers for every request to it; they win over all others."),
        key("models.providers.*.headers.*", .secret, "", "A header's value."),
        key("models.providers.*.request", .section, "", "More about its requests."),
        key("models.providers.*.request.headers", .map, "", "As `headers`, and wins over it."),
        key("models.providers.*.request.headers.*", .secret, "", "A header's value."),
        key("models.providers.*.request.auth", .section, "", "Where the key goes."),
        key(
            "models.providers.*.request.auth.mode", .choice(["provider-default", "authorization-bearer", "header"]), "provider-default",
            "`header` puts it into the header `headerName`."),
        key("models.providers.*.request.auth.token", .secret, "", "The key, for `authorization-bearer`."),
        key("models.providers.*.request.auth.headerName", .text, "", "The header's name, for `header`."),
        key("models.providers.*.request.auth.value", .secret, "", "The key, for `header`."),
        key("models.providers.*.request.auth.prefix", .text, "", "What stands before the key, for `header`, such as `Token `."),
        key(
            "models.providers.*.timeoutSeconds", seconds, "",
            "Seconds for a first token, for a pause in a stream, and for a plain call; `timeouts` beside it wins."),
        key(
            "models.providers.*.contextWindow", tokens, "",
            "Tokens of prompt and reply together, for its models that do not say. Unknown: no request is held back."),
        key("models.providers.*.maxTokens", tokens, "", "Tokens of a reply at most, for its models that do not say."),
        key(
            "models.providers.*.compat", .same("models.providers.*.models[].compat"), "",
            "As `models[].compat`, for all its models; what a model says of itself wins."),
        key("models.providers.*.login", .section, "", "How people sign in there with OAuth."),
        key(
            "models.providers.*.login.clientId", .text, "the public one, where there is one",
            "The application's id at the provider; `clientSecret` counts with it."),
        key("models.providers.*.login.clientSecret", .secret, "", "The application's secret, where the provider wants one."),
        key("models.providers.*.login.authorizeUrl", .url, "the public one", "Where the browser goes."),
        key("models.providers.*.login.tokenUrl", .url, "the public one", "Where codes and refresh tokens become tokens."),
        key("models.providers.*.login.deviceUrl", .url, "the public one", "Where a login with a code to type begins (RFC 8628)."),
        key("models.providers.*.login.userInfoUrl", .url, "the public one", "Answers with the account's e-mail address."),
        key("models.providers.*.login.projectUrl", .url, "the public one", "Google's Code Assist, which knows an account's project."),
        key("models.providers.*.login.scopes", .texts, "the public ones", "What is asked for."),
        key(
            "models.providers.*.login.redirectPort", .whole(0...65_535), "the public one, else 0",
            "The port on this machine that the browser comes back to; 0 takes a free one."),
        key("models.providers.*.login.redirectPath", .text, "the public one, else /callback", "The path that it comes back to."),
        key("models.providers.*.params", .object, "", "Members for its requests where the client wrote none."),
        key("models.providers.*.timeouts", .same("timeouts"), "", "As `timeouts`, for this provider."),
        key("models.providers.*.failover", .same("failover"), "", "As `failover`, for this provider."),
    ]

    private static let modelEntries: [SettingsKey] = [
        key("models.providers.*.models", .list, "", "The models it is known to serve; a chain may name others too."),
        key("models.providers.*.models[].id", .text, "", "The provider's own name for it; required."),
        key("models.providers.*.models[].name", .text, "the catalogue's, else the id", "For people."),
        key("models.providers.*.models[].api", .choice(wires), "the provider's", "Its wire, where it is another."),
        key(
            "models.providers.*.models[].contextWindow", tokens, "the provider's, else the catalogue's",
            "Tokens of prompt and reply together."),
        key("models.providers.*.models[].maxTokens", tokens, "the provider's, else the catalogue's", "Tokens of a reply at most."),
        key(
            "models.providers.*.models[].reasoning", .flag, "the catalogue's, else false",
            "Thinks before it speaks: its first token is given more time."),
        key(
            "models.providers.*.models[].input", .texts, "the catalogue's, else anything",
            "What it takes, of `text`, `image`, `pdf`, `audio`, `video`: without `image` in the list, requests with images pass it by."),
        key("models.providers.*.models[].cost", .section, "", "What a million tokens of it cost, in US dollars."),
        key("models.providers.*.models[].cost.input", dollars, "the catalogue's", "Of the prompt. It counts with `output` beside it."),
        key("models.providers.*.models[].cost.output", dollars, "the catalogue's", "Of the reply, thinking included."),
        key("models.providers.*.models[].cost.cacheRead", dollars, "", "Of a prompt's part that was cached."),
        key("models.providers.*.models[].cost.cacheWrite", dollars, "", "Of a prompt's part that is put into the cache."),
    ]

    /// What is said of a model's API: `compat`, which stands with a provider too.
    private static let compat: [SettingsKey] = [
        key("models.providers.*.models[].compat", .openSection, "", "What its API can do. Other members of OpenClaw's may stand here."),
        key("models.providers.*.models[].compat.supportsTools", .flag, "true", "`false`: requests with tools pass it by."),
        key(
            "models.providers.*.models[].compat.cacheControlFormat", .choice(["anthropic", "none"]), "the built-in provider's, else none",
            "Whether it takes Anthropic's `cache_control`: then `cacheRetention` puts some where a client wrote none."),
        compatKey(
            "maxTokensField", .choice(Quirks.maxTokensMembers), "The member for a limit of tokens, where one is written for it."),
        compatKey("supportsDeveloperRole", .flag, "`false`: messages of the role `developer` go up as `system`."),
        compatKey("supportsReasoningEffort", .flag, "`false`: nothing is asked of its thinking, unless `thinkingFormat` says how."),
        compatKey(
            "thinkingFormat", .choice(Quirks.thinkingFormats.map(\.name)),
            "Where thinking is asked for: `reasoning_effort`, OpenRouter's `reasoning`, `thinking`, `enable_thinking`, or nowhere."),
        compatKey("supportsStore", .flag, "`false`: `store` is left out."),
        compatKey("supportsPromptCacheKey", .flag, "`false`: `prompt_cache_key` is left out."),
        compatKey("supportsUsageInStreaming", .flag, "`false`: `stream_options` is left out."),
        compatKey("supportsStrictMode", .flag, "`false`: tools go up without `strict`."),
        compatKey("supportsJsonSchema", .flag, "`false`: a JSON schema for the reply is left out."),
        compatKey(
            "supportsPrefill", .flag,
            "`true`: it continues a last message of the assistant's, as a reply that broke off is gone on with; `false`: it refuses one."),
        compatKey(
            "prefillMark", .choice(PrefillMark.allCases.map(\.rawValue)),
            "Which member says on Chat Completions that a last message is to be continued."),
        compatKey("requiresToolResultName", .flag, "`true`: results of tools carry the tool's `name`."),
        compatKey(
            "requiresReasoningContentOnAssistantMessages", .flag, "`true`: it wants its earlier thoughts back as `reasoning_content`."),
        compatKey("requiresMistralToolIds", .flag, "`true`: as `toolCallIdLength: 9`."),
        compatKey("toolCallIdLength", .whole(1...64), "How many letters and digits the ids of tool calls have to have."),
    ]

    private static func compatKey(_ name: String, _ kind: SettingsKey.Kind, _ meaning: String) -> SettingsKey {
        key("models.providers.*.models[].compat.\(name)", kind, "what the catalogue or the wire knows", meaning)
    }

    /// The rest of a model's members.
    private static let modelEntriesMore: [SettingsKey] = [
        key("models.providers.*.models[].params", .object, "", "As the provider's, and wins over it."),
        key("models.providers.*.models[].timeouts", .same("timeouts"), "", "As `timeouts`, for this model."),
        key("models.providers.*.models[].failover", .same("failover"), "", "As `failover`, for this model."),
    ]

    // MARK: Agents

    private static let agents: [SettingsKey] = [
        key("agents", .section, "", "Who speaks with which models."),
        key("agents.defaults", .section, "", "What holds for every agent that says nothing else."),
        key("agents.defaults.model", .chain, "", "The chain. As text: the primary alone."),
        key("agents.defaults.model.primary", .text, "", "The model that is asked first."),
        key(
            "agents.defaults.model.fallbacks", .texts, "[]",
            "Those that step in, in this order. Every one of them counts: no list of allowed models drops any."),
        key(
            "agents.defaults.models", .map, "",
            "What is said about single models, by `provider/model` or `provider/*`. It allows and forbids nothing."),
        key("agents.defaults.models.*", .section, "", "One model."),
        key("agents.defaults.models.*.alias", .text, "", "A short name for it, in any case of letters."),
        key("agents.defaults.models.*.params", .object, "", "Members for its requests where the client wrote none."),
        key("agents.defaults.params", .object, "", "The same for every model."),
        key("agents.defaults.failover", .section, "", "What happens to the agents' replies when a candidate fails."),
        key(
            "agents.defaults.failover.midStream", .choice(FailoverSettings.MidStream.allCases.map(\.rawValue)), "",
            "As `failover.midStream`, for every agent; wins over what providers and models say."),
        key("agents.list", .list, "", "The agents. Without any there is one, `main`."),
        key("agents.list[].id", .text, "", "Its name in `agent:<id>`: letters, digits, `-`, `_`, `.`; required."),
        key("agents.list[].default", .flag, "false", "Marks the agent that `default` means; else it is the first."),
        key("agents.list[].name", .text, "the id", "For people."),
        key(
            "agents.list[].model", .chain, "the defaults'",
            "Its chain. As text, or without `fallbacks`: the defaults' fallbacks stand behind it."),
        key("agents.list[].model.primary", .text, "the defaults'", "The model that is asked first."),
        key("agents.list[].model.fallbacks", .texts, "the defaults'", "Those that step in; `[]` means none."),
        key("agents.list[].params", .object, "", "Members for its requests; they win over all other `params`."),
        key("agents.list[].failover", .section, "", "What happens to its replies when a candidate fails."),
        key(
            "agents.list[].failover.midStream", .choice(FailoverSettings.MidStream.allCases.map(\.rawValue)), "the defaults'",
            "As `failover.midStream`, for this agent."),
        key("agents.list[].agentDir", .text, "agents/<id>/agent in the state folder", "The folder of its `auth-profiles.json`."),
        key("agents.entries", .map, "", "The agents by id, in OpenClaw's newer shape."),
        key("agents.entries.*", .same("agents.list[]"), "", "As an element of `agents.list`, whose `id` is the name."),
    ]

    // MARK: Credentials, environment

    private static let auth: [SettingsKey] = [
        key("auth", .section, "", "Credentials: which, and in what order. Secrets stand elsewhere."),
        key("auth.profiles", .map, "", "Stored credentials by id, such as `openai:backup`."),
        key("auth.profiles.*", .section, "", "One of them."),
        key("auth.profiles.*.provider", .text, "", "Whom it lets in at; required."),
        key("auth.profiles.*.mode", .choice(["api_key", "oauth", "token"]), "", "What it is; required."),
        key("auth.profiles.*.email", .text, "", "Its label, shown to the owner only."),
        key("auth.profiles.*.displayName", .text, "the e-mail address", "Its label, shown to the owner only."),
        key("auth.order", .map, "", "By provider: the credentials to try, in this order."),
        key("auth.order.*", .texts, "", "Ids of credentials. Those of profiles that are not listed are not used."),
        key(
            "auth.spread", .choice(["fillFirst", "leastRecentlyUsed"]), "fillFirst",
            "Whose turn it is among a provider's credentials: the first of the order until it fails, or the one that was used longest ago "
                + "(a session keeps its own). The last use is forgotten when the gateway stops."),
        key(
            "auth.cooldowns", .section, "",
            "OpenClaw's lengths of blocks; they count where they are written and `failover.blocks` says nothing."),
        key(
            "auth.cooldowns.authPermanentBackoffMinutes", .number(0.01...43_200), "",
            "Minutes of the first block of a key that is revoked; each further one is twice as long (OpenClaw: 10). Without it, until the "
                + "key changes."),
        key(
            "auth.cooldowns.authPermanentMaxMinutes", .number(0.01...43_200), "`60`, where the one above is written",
            "Minutes of the longest such block."),
        key(
            "auth.cooldowns.billingBackoffHours", .number(0.01...720), "",
            "Hours of the first block for want of money; each further one is twice as long."),
        key("auth.cooldowns.billingBackoffHoursByProvider", .map, "", "The same by provider."),
        key("auth.cooldowns.billingBackoffHoursByProvider.*", .number(0.01...720), "", "Hours."),
        key("auth.cooldowns.billingMaxHours", .number(0.01...720), "24", "Hours of the longest such block."),
        key(
            "auth.cooldowns.failureWindowHours", .number(0.01...720), "24",
            "Hours without failure after which blocks begin at their shortest again."),
        key(
            "auth.cooldowns.overloadedBackoffMs", .whole(0...60_000), "0",
            "Milliseconds before a provider that is overloaded is asked again by the same request."),
        key(
            "auth.cooldowns.overloadedProfileRotations", .whole(0...100), "",
            "Other credentials of a model to try when it is overloaded, before the next model. Without it, all of them."),
        key(
            "auth.cooldowns.rateLimitedProfileRotations", .whole(0...100), "",
            "The same after a rate limit or a quota that is used up. Without it, all of them."),
    ]

    private static let environment: [SettingsKey] = [
        key("env", .map, "", "Variables for keys and for `${VARIABLE}`, where neither the process nor a `.env` file sets them."),
        key("env.*", .text, "", "A variable's value."),
        key("env.vars", .map, "", "The same, apart from other keys."),
        key("env.vars.*", .text, "", "A variable's value."),
    ]

    // MARK: Gateway, logging

    private static let gateway: [SettingsKey] = [
        key("gateway", .section, "", "Where clients find it."),
        fixed(
            "gateway.port", .whole(1...65_535), "7100",
            "The TCP port. `--port`, `UNDERSTUDY_GATEWAY_PORT` and `OPENCLAW_GATEWAY_PORT` win over it."),
        fixed(
            "gateway.bind", .choice(["auto", "loopback", "lan", "tailnet", "custom"]), "loopback",
            "Which addresses to listen on: this machine's own, all (`lan`), or `customBindHost`."),
        fixed("gateway.customBindHost", .text, "", "The address for `custom`, such as `192.168.1.4`."),
        key("gateway.auth", .section, "", "Who may ask."),
        fixed(
            "gateway.auth.mode", .choice(["token", "password", "none", "trusted-proxy"]), "token",
            "`none` lets in whoever reaches it, on `loopback` only. `trusted-proxy` is not supported yet."),
        fixed(
            "gateway.auth.token", .secret, "generated on the first start",
            "What clients show as a bearer. `--token`, `UNDERSTUDY_GATEWAY_TOKEN` and `OPENCLAW_GATEWAY_TOKEN` win over it."),
        fixed(
            "gateway.auth.password", .secret, "",
            "What clients show as a bearer if the mode is `password`. `OPENCLAW_GATEWAY_PASSWORD` wins over it."),
        key(
            "gateway.keepAliveSeconds", .number(0...3600), "15",
            "Seconds without an event after which a client of a stream is told that its request lives; 0: never."),
        key("gateway.controlUi", .openSection, "", "The dashboard."),
        fixed(
            "gateway.controlUi.allowedOrigins", .texts, "[]",
            "Web origins whose pages may read answers, such as `https://dash.example`."),
        key(
            "gateway.stopGraceSeconds", .whole(0...3600), "30",
            "How long requests may go on when the gateway is told to stop; what runs then is ended with an error."),
        key("gateway.http", .section, "", "How much at once."),
        key("gateway.http.maxBodyBytes", .whole(1024...1 << 30), "33554432", "Bytes of a request's body."),
        fixed(
            "gateway.http.maxBodyMemoryBytes", .whole(1024...1 << 40), "268435456", "Bytes of all bodies that are kept for another attempt."
        ),
        fixed("gateway.http.maxConnections", .whole(1...1_000_000), "10000", "Connections of clients."),
        fixed("gateway.http.maxRequests", .whole(1...1_000_000), "8192", "Requests under way; one more is answered with 503."),
    ]

    private static let logging: [SettingsKey] = [
        key("logging", .section, "", "What is logged."),
        key(
            "logging.level", .choice(LoggingSettings.Level.names), "info",
            "The least important line that is written. `UNDERSTUDY_LOG_LEVEL` and `OPENCLAW_LOG_LEVEL` win over it."),
        fixed(
            "logging.file", .text, "`logs/understudy.log` in the state folder",
            "A file for the lines as well, as JSON; `none`: standard error only."),
        fixed(
            "logging.consoleStyle", .choice(["pretty", "compact", "json"]), "pretty",
            "How lines look on standard error: text, or JSON."),
        fixed("logging.maxFileBytes", .whole(4096...1 << 40), "104857600", "Bytes at which the file is put aside and a new one begun."),
        fixed(
            "logging.maxFileAgeHours", .whole(0...87_600), "168",
            "Hours after its first line at which the file is put aside, whatever its size; 0: never."),
        fixed("logging.keepFiles", .whole(0...100), "5", "How many files that were put aside are kept."),
        fixed(
            "logging.keepDays", .whole(0...3650), "30", "Days after which one that was put aside is deleted; 0: only their number counts."
        ),
    ]

    // MARK: Ours

    private static let ours: [SettingsKey] = [
        key("timeouts", .section, "", "How long to wait, for everything, a provider or a model; the narrower one wins."),
        key("timeouts.connectSeconds", seconds, "10", "From the start of an attempt to an open connection."),
        key("timeouts.firstTokenSeconds", seconds, "12", "To the first event of a stream, while another candidate is ready."),
        key(
            "timeouts.reasoningFirstTokenSeconds", seconds, "60", "The same where reasoning was asked for, or no other candidate is ready."),
        key("timeouts.localFirstTokenSeconds", seconds, "120", "The same on loopback and private hosts."),
        key("timeouts.idleSeconds", seconds, "60", "Between two events of a stream."),
        key("timeouts.plainSeconds", seconds, "300", "A whole call without streaming."),
        key("timeouts.requestSeconds", seconds, "600", "A request with all its attempts."),
        key("timeouts.learned", .section, "", "A limit for first tokens that follows from the latest ones."),
        key(
            "timeouts.learned.mode", .choice(["on", "off"]), "on",
            "Whether `firstTokenSeconds` gives way to what is usual for the model and the size of the prompt, times three, where that is less."
        ),
        key("timeouts.learned.leastSeconds", seconds, "4", "What is learned is no less."),
        key("failover", .section, "", "What happens when a candidate fails."),
        key("failover.patienceSeconds", .number(0...60), "2", "A provider's reset this close is waited out before another model is asked."),
        key("failover.maxAttempts", .whole(1...100), "16", "Upstream calls of one request at most."),
        key(
            "failover.midStream", .choice(FailoverSettings.MidStream.allCases.map(\.rawValue)), "resume",
            "What becomes of a stream that breaks half-way: the next candidate goes on with it, or it ends in an error."),
        key("failover.hedge", .section, "", "A second candidate beside one that is late."),
        key("failover.hedge.mode", .choice(["off", "on"]), "off", "Whether there is one."),
        key(
            "failover.hedge.afterMs", .wholeOrAuto(1...600_000), "auto",
            "Milliseconds without a first token; `auto`: later than usual for the model."),
        key("failover.hedge.budgetPercent", .whole(0...100), "5", "Share of requests that may be hedged."),
        key("failover.blocks", .section, "", "How long a block lasts where the provider does not say, by step, in seconds."),
        key("failover.blocks.rateLimit", ladder, "[30, 60, 300]", "After `rate_limit`."),
        key(
            "failover.blocks.transient", ladder, "[5, 30, 120]", "After `overloaded`, `server_error`, `timeout`, `network` and their like."),
        key("failover.blocks.billing", ladder, "[60, 120, 300, 600, 1800]", "After `billing`, and `quota` without a reset."),
        key("failover.blocks.auth", ladder, "[300, 3600]", "After `auth`."),
        key("failover.blocks.model", ladder, "[600, 3600, 43200]", "After `model_not_found`."),
        key("receipts", .section, "", "What is kept about requests."),
        key("receipts.keepDays", .whole(1...3650), "7", "Days after which a receipt is forgotten."),
        key("responses", .section, "", "What is kept of conversations on the Responses API."),
        key(
            "responses.keepDays", .whole(0...365), "30",
            "Days for which prompts and replies are kept that the client asked to store, so that another provider can go on from them; 0 keeps none."
        ),
    ]
}
