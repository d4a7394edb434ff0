// SPDX-License-Identifier: Apache-2.0
import Configuration
import HTTP
import Store
import Transport

/// The token that clients show: from the settings, or generated on the first start into a file that only its owner can read.
struct GatewayToken: Sendable {
    /// `nil`: none is asked for.
    var secret: Secret?
    var shown: Banner.Token
    /// A plain sentence for the log.
    var notice: String?

    static func find(_ auth: GatewaySettings.Auth, folder: StateFolder) throws(CommandFailure) -> GatewayToken {
        switch auth {
        case .none: return GatewayToken(secret: nil, shown: .notNeeded)
        case .token(let token?):
            switch token.origin {
            case .commandLine: return GatewayToken(secret: token.secret, shown: .setting(path: "--token", token.secret))
            case .environment(let name): return GatewayToken(secret: token.secret, shown: .environment(variable: name, token.secret))
            case .setting(let path): return GatewayToken(secret: token.secret, shown: .setting(path: path, token.secret))
            }
        case .token(nil):
            do throws(StoreProblem) {
                let secret = try stored(in: folder)
                let wasOpen = folder.closeTokenFile()
                return GatewayToken(
                    secret: secret, shown: .file(path: folder.tokenFile, secret),
                    notice: wasOpen
                        ? "\(folder.tokenFile) could be read by others on this machine and is 0600 now; remove it for a new token" : nil)
            } catch {
                throw CommandFailure(.failed, "\(error)", hints: ["gateway.auth.token in the settings uses a token of your own"])
            }
        }
    }

    private static func stored(in folder: StateFolder) throws(StoreProblem) -> Secret {
        if let known = try folder.token() { return Secret(known) }
        let made = "ust_" + Digest.hex(Digest.randomBytes(24))
        // Of gateways that start together, one makes it and the others take it.
        if try AtomicFile.create(Array((made + "\n").utf8), at: folder.tokenFile) { return Secret(made) }
        return Secret(try folder.token() ?? made)
    }
}
