// SPDX-License-Identifier: Apache-2.0
import Configuration
import HTTP
import Store

/// Where the gateway that a command asks is, and what lets the command in.
struct GatewayAddress: Sendable {
    /// Scheme, host and port, without a slash at its end.
    var url: String
    /// `nil`: none is known. A gateway without authentication takes that.
    var token: Secret?
    /// Where `token` comes from, in words.
    var tokenOrigin: String
    /// What to do when the token is refused.
    var tokenHint: String
    /// Why `url` is a guess; `nil` if it is not one.
    var guess: String?
    /// `--url` was given: then neither files nor the store of this machine say anything about it.
    var isRemote: Bool

    /// Variables that may hold the token, in this order.
    static let tokenVariables = ["UNDERSTUDY_GATEWAY_TOKEN", "OPENCLAW_GATEWAY_TOKEN"]

    /// What this machine's files say, each `nil` where they do not.
    struct Local: Sendable {
        /// Base address of the gateway that said it runs on this state folder.
        var runningURL: String?
        var settingsURL: String?
        /// The configuration is there and cannot be read.
        var settingsAreBroken = false
        var settingsToken: Secret?
        var fileToken: Secret?
        /// For messages.
        var tokenFile: String
    }

    /// Pure. With `--url` no token is taken from files, so that a mistyped address learns nothing.
    static func choose(url: String?, token: String?, environment: [String: String], local: Local) -> GatewayAddress {
        let typed = token.map { (Secret($0), "--token") }
        let variable = tokenVariables.lazy.compactMap { name in
            environment[name].flatMap { $0.isEmpty ? nil : (Secret($0), "$" + name) }
        }.first
        if let url {
            let found = typed ?? variable
            return GatewayAddress(
                url: trimmed(url), token: found?.0, tokenOrigin: found?.1 ?? "none is given with --url",
                tokenHint: "give its token: --token <token>, or in UNDERSTUDY_GATEWAY_TOKEN", isRemote: true)
        }
        let setting = local.settingsToken.map { ($0, "gateway.auth.token") }
        let file = local.fileToken.map { ($0, local.tokenFile) }
        let found = typed ?? variable ?? setting ?? file
        let hint =
            if let found, found.1.hasPrefix("$") {
                "unset \(found.1.dropFirst()), and the token of this machine's gateway is used"
            } else { "is the gateway there started with another --state-dir? give the same one, or --token" }
        return GatewayAddress(
            url: local.runningURL ?? local.settingsURL ?? clientURL(of: GatewaySettings()), token: found?.0,
            tokenOrigin: found?.1 ?? "there is none in \(local.tokenFile)",
            tokenHint: hint,
            guess: local.runningURL == nil && local.settingsAreBroken
                ? "the default one is tried: no gateway said where it runs, and the configuration cannot be read (see: understudy config validate)"
                : nil, isRemote: false)
    }

    /// Asks the files too. A configuration that cannot be read does not stand in the way of asking a gateway that runs.
    ///
    /// - Parameters:
    ///   - url: `--url`, where the command has it.
    ///   - token: `--token`, where the command has it.
    ///   - known: The settings, where the command has read them.
    static func find(
        for context: CommandContext, url: String? = nil, token: String? = nil, settings known: Settings? = nil
    ) -> GatewayAddress {
        let location = ConfigLocation.find(for: context)
        var local = Local(tokenFile: location.short(location.stateFolder + "/gateway.token"))
        if url == nil {
            local.runningURL = RunningGateway.find(in: location.stateFolder).flatMap { $0.stopsBy == nil ? $0.url : nil }
            let settings = known ?? (try? Setup.load(for: context).settings)
            local.settingsAreBroken = settings == nil
            if let settings {
                local.settingsURL = Self.clientURL(of: settings.gateway)
                if case .token(let token?) = settings.gateway.auth { local.settingsToken = token.secret }
            }
            if let folder = try? StateFolder(path: location.stateFolder) {
                local.tokenFile = location.short(folder.tokenFile)
                local.fileToken = (try? folder.token()).map { Secret($0) }
            }
        }
        return choose(url: url, token: token, environment: context.environment, local: local)
    }

    /// Where clients on this machine reach a gateway with these settings.
    static func clientURL(of gateway: GatewaySettings, port: UInt16? = nil) -> String {
        let host =
            switch gateway.bind {
            case .loopback, .lan, .address("0.0.0.0"), .address("::"): "127.0.0.1"
            case .address(let address): address.contains(":") ? "[\(address)]" : address
            }
        return "http://\(host):\(port ?? gateway.port)"
    }

    /// With `http://` where no scheme is written, without slashes at its end.
    static func trimmed(_ url: String) -> String {
        var text = url.contains("://") ? url[...] : "http://\(url)"[...]
        while text.hasSuffix("/") { text.removeLast() }
        return String(text)
    }
}
