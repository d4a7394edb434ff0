// SPDX-License-Identifier: Apache-2.0

extension Settings {
    /// The keys that count from a gateway's start on, and whose values are others here than in `started`: they wait for the next start.
    ///
    /// - Parameter started: The settings that the gateway was started with.
    public func waitingForStart(since started: Settings) -> [String] {
        Self.fixedAtStart.filter { $0.differs(started, self) }.map(\.path)
    }

    /// Every key that `SettingsKeys` marks as fixed at the start, and how to tell that its value is another one.
    static let fixedAtStart: [(path: String, differs: @Sendable (Settings, Settings) -> Bool)] = [
        ("gateway.port", { $0.gateway.port != $1.gateway.port }),
        ("gateway.bind", { kind(of: $0.gateway.bind) != kind(of: $1.gateway.bind) }),
        ("gateway.customBindHost", { areApart(address($0), address($1)) }),
        ("gateway.auth.mode", { mode(of: $0) != mode(of: $1) }),
        ("gateway.auth.token", { mode(of: $0) == "token" && mode(of: $1) == "token" && bearer($0)?.secret != bearer($1)?.secret }),
        ("gateway.auth.password", { mode(of: $0) == "password" && mode(of: $1) == "password" && bearer($0)?.secret != bearer($1)?.secret }),
        ("gateway.controlUi.allowedOrigins", { $0.gateway.allowedOrigins != $1.gateway.allowedOrigins }),
        ("gateway.http.maxBodyMemoryBytes", { $0.gateway.maxBodyMemoryBytes != $1.gateway.maxBodyMemoryBytes }),
        ("gateway.http.maxConnections", { $0.gateway.maxConnections != $1.gateway.maxConnections }),
        ("gateway.http.maxRequests", { $0.gateway.maxRequests != $1.gateway.maxRequests }),
        ("logging.file", { $0.logging.file != $1.logging.file }),
        ("logging.consoleStyle", { $0.logging.style != $1.logging.style }),
        ("logging.maxFileBytes", { $0.logging.maxFileBytes != $1.logging.maxFileBytes }),
        ("logging.maxFileAgeHours", { $0.logging.maxFileAgeHours != $1.logging.maxFileAgeHours }),
        ("logging.keepFiles", { $0.logging.keepFiles != $1.logging.keepFiles }),
        ("logging.keepDays", { $0.logging.keepDays != $1.logging.keepDays }),
    ]

    // MARK: Values as they were written

    private static func kind(of bind: GatewaySettings.Bind) -> String {
        switch bind {
        case .loopback: "loopback"
        case .lan: "lan"
        case .address: "custom"
        }
    }

    private static func address(_ settings: Settings) -> String? {
        if case .address(let address) = settings.gateway.bind { address } else { nil }
    }

    /// Whether both are there and not the same.
    private static func areApart(_ first: String?, _ second: String?) -> Bool {
        guard let first, let second else { return false }
        return first != second
    }

    private static func mode(of settings: Settings) -> String {
        switch settings.gateway.auth {
        case .none: "none"
        case .token(let token):
            switch token?.origin {
            case .setting("gateway.auth.password"), .environment("OPENCLAW_GATEWAY_PASSWORD"): "password"
            case .setting, .environment, .commandLine, nil: "token"
            }
        }
    }

    private static func bearer(_ settings: Settings) -> GatewaySettings.Token? {
        if case .token(let token) = settings.gateway.auth { token } else { nil }
    }
}
