// SPDX-License-Identifier: Apache-2.0

extension SettingsKeys {
    /// OpenClaw's keys in sections that we read: they load without error and are not looked at
    /// (`docs/gateway/configuration-reference.md` in openclaw/openclaw at 005a1ad, and files met since).
    static let openClaw: [SettingsKey] = kept.flatMap { section, names in
        names.map { SettingsKey(path: "\(section).\($0)", kind: .anything, fallback: "", meaning: "", use: .kept) }
    }

    /// Top-level sections of OpenClaw that are not ours. Others may stand there too, unless they look like a typo of ours.
    static let foreignSections: Set<String> = [
        "$schema", "accessGroups", "acp", "approvals", "audio", "bindings", "bridge", "broadcast", "browser", "canvasHost", "channels",
        "cli",
        "commands", "commitments", "cron", "crestodian", "diagnostics", "discovery", "hooks", "identity", "mcp", "media", "memory",
        "messages",
        "meta", "nodeHost", "plugins", "proxy", "routing", "security", "session", "skills", "surfaces", "talk", "tools",
        "transcripts", "tts", "ui", "update", "web", "wizard", "workspace",
    ]

    private static let kept: [(section: String, names: [String])] = [
        ("models", ["pricing", "bedrockDiscovery", "copilotDiscovery", "huggingfaceDiscovery", "ollamaDiscovery"]),
        (
            "models.providers.*",
            ["auth", "injectNumCtxForOpenAICompat", "contextTokens", "agentRuntime", "localService", "region"]
        ),
        ("models.providers.*.request", ["proxy", "tls", "allowPrivateNetwork"]),
        (
            "models.providers.*.models[]",
            ["agentRuntime", "baseUrl", "contextTokens", "headers", "mediaInput", "metadataSource", "thinkingLevelMap"]
        ),
        ("agents.defaults", agentKeys + defaultsKeys),
        ("agents.defaults.models.*", ["streaming", "agentRuntime"]),
        ("agents.list[]", agentKeys + ["imageModel"]),
        ("auth", ["cooldownBypassProviders"]),
        ("env", ["shellEnv"]),
        (
            "gateway",
            [
                "allowRealIpFallback", "channelHealthCheckMinutes", "channelMaxRestartsPerHour", "channelStaleEventThresholdMinutes",
                "handshakeTimeoutMs", "mode", "nodes", "push", "reload", "remote", "tailscale", "tls", "tools", "trustedProxies", "webchat",
            ]
        ),
        ("gateway.auth", ["allowTailscale", "rateLimit", "trustedProxy"]),
        ("gateway.http", ["endpoints", "securityHeaders"]),
        ("logging", ["consoleLevel", "redactPatterns", "redactSensitive"]),
    ]

    /// Both of an agent and of the defaults.
    private static let agentKeys = [
        "agentRuntime", "bootstrapMaxChars", "bootstrapTotalMaxChars", "compaction", "contextInjection", "contextLimits", "contextPruning",
        "contextTokens", "embeddedHarness", "embeddedPi", "fastModeDefault", "groupChat", "heartbeat", "humanDelay", "identity",
        "memorySearch",
        "reasoningDefault", "runtime", "sandbox", "skills", "skillsLimits", "subagents", "systemPromptOverride", "thinkingDefault", "tools",
        "tts", "verboseDefault", "workspace",
    ]

    private static let defaultsKeys = [
        "blockStreamingBreak", "blockStreamingChunk", "blockStreamingCoalesce", "blockStreamingDefault", "bootstrapPromptTruncationWarning",
        "cliBackends", "elevatedDefault", "envelopeElapsed", "envelopeTimestamp", "envelopeTimezone", "imageGenerationModel",
        "imageMaxDimensionPx", "imageModel", "llm", "maxConcurrent", "mediaGenerationAutoProviderFallback", "mediaMaxMb", "modelPolicy",
        "musicGenerationModel", "pdfMaxBytesMb", "pdfMaxPages", "pdfModel", "promptOverlays", "repoRoot", "silentReply", "skipBootstrap",
        "skipOptionalBootstrapFiles", "startupContext", "timeFormat", "timeoutSeconds", "typingIntervalSeconds", "typingMode",
        "userTimezone",
        "videoGenerationModel", "voiceModel",
    ]
}
