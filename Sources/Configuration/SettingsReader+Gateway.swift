// SPDX-License-Identifier: Apache-2.0
import HTTP

extension SettingsReader {
    /// `gateway`, after the command line and the environment have had their say.
    static func readGateway(
        _ root: SettingsCursor?, _ overrides: SettingsOverrides, into settings: inout Settings, _ reading: SettingsReading
    ) {
        let gateway = root?.section("gateway")
        let auth = gateway?.section("auth")
        var result = GatewaySettings()
        if let port = gateway?.whole("port") { result.port = UInt16(port) }
        if let port = port(reading) { result.port = port }
        if let port = overrides.port { result.port = port }
        if let bind = bind(gateway) { result.bind = bind }
        if let text = overrides.bind { result.bind = bind(named: text, reading) ?? result.bind }
        result.auth = Self.auth(auth, overrides, reading)
        if result.auth == .none, !result.bind.isLoopback { reportOpen(auth ?? gateway, overrides, result.bind, reading) }

        for (text, cursor) in gateway?.section("controlUi")?.texts("allowedOrigins") ?? [] {
            if let origin = origin(text) { result.allowedOrigins.append(origin) } else { refuseOrigin(text, cursor) }
        }
        result.stopGraceSeconds = gateway?.whole("stopGraceSeconds") ?? result.stopGraceSeconds
        if let time = gateway?.seconds("keepAliveSeconds") { result.keepAlive = time }
        if let http = gateway?.section("http") {
            result.maxBodyBytes = http.whole("maxBodyBytes") ?? result.maxBodyBytes
            result.maxBodyMemoryBytes = http.whole("maxBodyMemoryBytes") ?? result.maxBodyMemoryBytes
            result.maxConnections = http.whole("maxConnections") ?? result.maxConnections
            result.maxRequests = http.whole("maxRequests") ?? result.maxRequests
            if result.maxBodyMemoryBytes < result.maxBodyBytes {
                http.report(
                    "\(http.path.text).maxBodyMemoryBytes (\(result.maxBodyMemoryBytes)) is less than maxBodyBytes (\(result.maxBodyBytes))",
                    "no body of the full size could be kept")
            }
        }
        settings.gateway = result
    }

    // MARK: Port and address

    private static func port(_ reading: SettingsReading) -> UInt16? {
        for name in ["UNDERSTUDY_GATEWAY_PORT", "OPENCLAW_GATEWAY_PORT"] {
            guard let text = reading.variables[name], !text.isEmpty else { continue }
            guard let port = UInt16(text) else {
                reading.report(
                    SettingsProblem(
                        file: "environment", path: name, found: "\(name) is \(Shown.quoted(text))",
                        expected: "it takes a whole number from 0 to 65535"))
                return nil
            }
            return port
        }
        return nil
    }

    private static func bind(_ gateway: SettingsCursor?) -> GatewaySettings.Bind? {
        let host = gateway?.text("customBindHost")
        guard let gateway, let cursor = gateway.child("bind") else { return nil }
        switch gateway.choice("bind") {
        case "lan": return .lan
        case "custom":
            guard let host else {
                return gateway.child("customBindHost") == nil
                    ? cursor.problem("\(cursor.path.text) is \"custom\"", "\(gateway.path.text).customBindHost takes the address") : nil
            }
            guard isAddress(host) else {
                return gateway.child("customBindHost")?.problem(
                    "\(gateway.path.text).customBindHost is \(Shown.quoted(host))", "it takes an IP address, such as 192.168.1.4")
            }
            return normal(.address(host))
        case "tailnet":
            return cursor.problem(
                "\(cursor.path.text) is \"tailnet\", which is not supported yet",
                "write \"custom\" and the machine's Tailscale address as customBindHost")
        case nil: return nil
        default: return .loopback
        }
    }

    /// `--bind`.
    private static func bind(named text: String, _ reading: SettingsReading) -> GatewaySettings.Bind? {
        switch text {
        case "loopback", "auto", "localhost": return .loopback
        case "lan": return .lan
        case _ where isAddress(text): return normal(.address(text))
        default:
            reading.report(
                SettingsProblem(
                    file: "command line", path: "--bind", found: "--bind is \(Shown.quoted(text))",
                    expected: "it takes loopback, lan or an IP address"))
            return nil
        }
    }

    private static func normal(_ bind: GatewaySettings.Bind) -> GatewaySettings.Bind {
        switch bind.host {
        case "127.0.0.1": .loopback
        case "0.0.0.0": .lan
        default: bind
        }
    }

    /// An IPv4 address, or what can be an IPv6 one: the socket has the last word.
    private static func isAddress(_ text: String) -> Bool {
        let parts = text.split(separator: ".", omittingEmptySubsequences: false)
        if parts.count == 4, parts.allSatisfy({ UInt8($0) != nil }) { return true }
        return text.contains(":") && text.utf8.count <= 45 && text.allSatisfy { $0.isHexDigit || $0 == ":" || $0 == "." }
    }

    // MARK: Who may ask

    private static func auth(_ auth: SettingsCursor?, _ overrides: SettingsOverrides, _ reading: SettingsReading) -> GatewaySettings.Auth {
        let written = auth?.choice("mode")
        if written == "trusted-proxy", overrides.auth == nil, let mode = auth?.child("mode") {
            mode.report("\(mode.path.text) is \"trusted-proxy\", which is not supported yet", "write \"token\"")
        }
        let mode = overrides.auth ?? written ?? (auth?.child("token") == nil && auth?.child("password") != nil ? "password" : "token")
        if mode == "none" { return .none }
        if let token = overrides.token { return .token(.init(token, origin: .commandLine)) }
        let isPassword = mode == "password"
        let variables = isPassword ? ["OPENCLAW_GATEWAY_PASSWORD"] : ["UNDERSTUDY_GATEWAY_TOKEN", "OPENCLAW_GATEWAY_TOKEN"]
        for name in variables {
            if let value = reading.variables[name], !value.isEmpty { return .token(.init(Secret(value), origin: .environment(name))) }
        }
        let name = isPassword ? "password" : "token"
        guard let auth, let secret = auth.secret(name) else {
            if isPassword, let auth, auth.child(name) == nil {
                auth.report("\(auth.path.text).mode is \"password\" and there is none", "\(auth.path.text).password takes it")
            }
            return .token(nil)
        }
        return .token(.init(secret, origin: .setting("\(auth.path.text).\(name)")))
    }

    /// Without a token, whoever reaches the port could spend the owner's money.
    private static func reportOpen(
        _ cursor: SettingsCursor?, _ overrides: SettingsOverrides, _ bind: GatewaySettings.Bind, _ reading: SettingsReading
    ) {
        let found = "gateway.auth.mode is \"none\" while the gateway listens on \(bind.host), where others can reach it"
        let expected = "take mode \"token\" or bind \"loopback\""
        guard overrides.auth == nil, let cursor = cursor?.child("mode") ?? cursor else {
            reading.report(SettingsProblem(file: "command line", path: "gateway.auth.mode", found: found, expected: expected))
            return
        }
        cursor.report(found, expected)
    }

    // MARK: Origins

    /// `scheme://host[:port]` in lower case, as browsers send it (RFC 6454 §7); `nil` for anything else.
    private static func origin(_ text: String) -> String? {
        let lower = text.lowercased()
        guard let scheme = ["http://", "https://"].first(where: lower.hasPrefix) else { return nil }
        let host = lower.dropFirst(scheme.count)
        let isHost = host.utf8.allSatisfy { byte in
            switch byte {
            case 0x61...0x7A, 0x30...0x39: true
            default: "-._:[]".utf8.contains(byte)
            }
        }
        return isHost && !host.isEmpty && host.utf8.count <= 260 ? lower : nil
    }

    private static func refuseOrigin(_ text: String, _ cursor: SettingsCursor) {
        let all = text == "*" ? ": every web page could use the gateway" : ""
        cursor.report("\(cursor.path.text) is \(Shown.quoted(text))\(all)", "it takes an origin such as https://dash.example")
    }
}
