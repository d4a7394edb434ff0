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
                return GatewayToken(secret: secret, shown: .file(path: folder.tokenFile, secret))
            } catch {
                throw CommandFailure(.failed, "\(error)", hints: ["gateway.auth.token in the settings uses a token of your own"])
            }
        }
    }

    private static func stored(in folder: StateFolder) throws(StoreProblem) -> Secret {
        if let known = try kept(in: folder) { return known }
        let made =
            "ust_"
            + Digest.randomBytes(24).map { byte in
                let digits = Array("0123456789abcdef")
                return "\(digits[Int(byte >> 4)])\(digits[Int(byte & 15)])"
            }.joined()
        // Two gateways that start together agree on the one that was first.
        if try AtomicFile.create(Array((made + "\n").utf8), at: folder.tokenFile) { return Secret(made) }
        return try kept(in: folder) ?? Secret(made)
    }

    private static func kept(in folder: StateFolder) throws(StoreProblem) -> Secret? {
        guard let bytes = try AtomicFile.read(folder.tokenFile, limit: 4096) else { return nil }
        let text = String(decoding: bytes, as: UTF8.self).split { $0 == "\n" || $0 == "\r" || $0 == " " }.first.map(String.init) ?? ""
        return text.utf8.count >= 16 ? Secret(text) : nil
    }
}
