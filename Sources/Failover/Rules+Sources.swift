// SPDX-License-Identifier: Apache-2.0

extension Rules {
    /// Where a rule was learned, for people who ask why a failure was judged as it was.
    ///
    /// - Parameter id: As `Failure.rule` has it. One id may stand on several lines of the table.
    /// - Returns: Each line's source once; `nil` for an id that no rule has.
    public static func source(of id: String) -> String? { sources[id] }

    private static let sources: [String: String] = {
        var sources: [String: [String]] = [:]
        func add(_ id: String, _ source: String) {
            if sources[id]?.contains(source) != true { sources[id, default: []].append(source) }
        }
        for rule in all + [requests] { add(rule.id, rule.source) }
        for rule in statuses { add("html.\(rule.id)", "a page for people, judged by its status alone; \(rule.source)") }
        for (id, source) in own { add(id, source) }
        return sources.mapValues { $0.joined(separator: "; ") }
    }()

    /// Ids that no line of the table has.
    private static let own: [(String, String)] = [
        ("html", "a page for people in the place of a reply"),
        ("html.challenge", "https://developers.cloudflare.com/cloudflare-challenges/challenge-types/challenge-pages/detect-response/"),
        ("unknown", "no rule knows it"),
        ("network.dns", "the host's name has no address"),
        ("network.refused", "nobody accepts connections there"),
        ("network.unreachable", "no route to the host or its network"),
        ("network.tls", "the certificate or the handshake"),
        ("network.reset", "the connection was reset"),
        ("network.other", "the connection failed"),
        ("timeout.connect", "timeouts.connectSeconds ran out"),
        ("timeout.first_token", "timeouts.firstTokenSeconds or its kin ran out"),
        ("timeout.idle", "timeouts.idleSeconds ran out"),
        ("timeout.plain", "timeouts.plainSeconds ran out"),
        ("timeout.request", "timeouts.requestSeconds ran out"),
        ("malformed.cut", "the reply broke off"),
        ("malformed.reset", "the connection was reset in the middle of the reply"),
        ("malformed.short", "the reply has fewer bytes than its Content-Length"),
        ("malformed.grammar", "the reply breaks the rules of HTTP or of its wire"),
        ("malformed.empty", "nothing where a reply should be"),
        ("malformed.too_large", "the reply is larger than the gateway takes"),
    ]

    /// What follows from no whole reply.
    static func line(for fault: TransportFault) -> (Reason, String) {
        switch fault {
        case .dns: (.network, "network.dns")
        case .refused: (.network, "network.refused")
        case .unreachable: (.network, "network.unreachable")
        case .tls: (.network, "network.tls")
        case .reset: (.network, "network.reset")
        case .other: (.network, "network.other")
        case .connectTimeout: (.timeout, "timeout.connect")
        case .firstTokenTimeout: (.timeout, "timeout.first_token")
        case .idleTimeout: (.timeout, "timeout.idle")
        case .plainTimeout: (.timeout, "timeout.plain")
        case .requestDeadline: (.timeout, "timeout.request")
        case .closedEarly: (.malformed, "malformed.cut")
        case .resetEarly: (.malformed, "malformed.reset")
        case .shortBody: (.malformed, "malformed.short")
        case .malformed: (.malformed, "malformed.grammar")
        case .emptyReply: (.malformed, "malformed.empty")
        case .tooLarge: (.malformed, "malformed.too_large")
        }
    }

    // MARK: Whom the words name

    static let accountWords = [
        "your account", "your organization", "your organisation", "your team", "your workspace", "the account", "organization has",
        "organization limit", "subscription", " plan)", "chatgpt usage limit", "your codex",
    ]
    /// Words that name a place in the request's body, or what it refers to.
    static let placeWords =
        [
            "tools[", "messages[", "input[", "contents[", "functions[", "function_declarations[", "invalid schema for function",
            "invalid function name", "invalid function parameters", "input_schema", "json schema", "unable to download",
            "failed to download", "could not download", "error while downloading",
        ] + (0...9).flatMap { ["tools.\($0)", "messages.\($0)"] }
    static let modelWords = ["for the model", "this model", "of the model", "for model"]
}
