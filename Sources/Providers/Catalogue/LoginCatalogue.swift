// SPDX-License-Identifier: Apache-2.0
import CAssets
import Failover
import HTTP
import JSON

/// The logins that need no configuration: public facts of logins.json, each with its source and the day it was read.
public struct LoginCatalogue: Sendable {
    /// In the order of the file.
    public let logins: [LoginDescriptor]

    /// Those within the binary, read at first use.
    public static let builtIn: LoginCatalogue = {
        var count = 0
        guard let start = understudy_logins(&count),
            let catalogue = LoginCatalogue(json: Array(UnsafeBufferPointer(start: start, count: count)))
        else { preconditionFailure("Sources/Providers/Catalogue/logins.json is not what LoginCatalogue reads") }
        return catalogue
    }()

    /// - Returns: `nil` unless `json` is an object with `logins`, each with members that are known and no provider twice.
    public init?(json: [UInt8]) {
        guard let root = try? JSONValue.parse(json), let rows = root["logins"]?.array else { return nil }
        var logins: [LoginDescriptor] = []
        for row in rows {
            guard let login = LoginDescriptor(row), !logins.contains(where: { $0.provider == login.provider }) else { return nil }
            logins.append(login)
        }
        self.logins = logins
    }

    public subscript(provider: ProviderID) -> LoginDescriptor? { logins.first { $0.provider == provider } }
}

extension LoginDescriptor {
    /// - Returns: `nil` for a member that is missing, is not what it should be, or is not known.
    init?(_ row: JSONValue) {
        let known: Set = [
            "provider", "name", "clientId", "clientSecret", "authorizeUrl", "tokenUrl", "scopes", "redirect", "authorizeParams", "device",
            "account", "email", "userInfoUrl", "projectUrl", "model", "keeps", "profile", "importFile", "importName", "source", "checked",
        ]
        guard let members = row.object, members.keys.allSatisfy(known.contains), let provider = row["provider"]?.string,
            let source = row["source"]?.string, row["checked"]?.string != nil
        else { return nil }
        self.init(provider: ProviderID(rawValue: provider), source: source)
        name = row["name"]?.string ?? provider
        clientID = row["clientId"]?.string
        clientSecret = row["clientSecret"]?.string.map { Secret($0) }
        authorizeURL = row["authorizeUrl"]?.string
        tokenURL = row["tokenUrl"]?.string
        scopes = row["scopes"]?.array?.compactMap(\.string) ?? []
        if let row = row["redirect"] {
            guard let host = row["host"]?.string, let port = row["port"]?.int.flatMap({ UInt16(exactly: $0) }),
                let path = row["path"]?.string, path.hasPrefix("/")
            else { return nil }
            (redirectHost, redirectPort, redirectPath) = (host, port, path)
        }
        authorizeParameters = row["authorizeParams"]?.object?.members.map { Parameter($0.0, $0.1.string ?? "") } ?? []
        if let row = row["device"] {
            guard let url = row["url"]?.string, let style = Device.Style(rawValue: row["style"]?.string ?? "standard") else { return nil }
            var device = Device(url: url)
            device.style = style
            device.usesPKCE = row["pkce"]?.bool ?? false
            device.verificationURL = row["verificationUrl"]?.string
            device.redirect = row["redirect"]?.string
            self.device = device
        }
        accountClaim = row["account"]?.array?.compactMap(\.string) ?? []
        emailClaim = row["email"]?.array?.compactMap(\.string) ?? []
        userInfoURL = row["userInfoUrl"]?.string
        projectURL = row["projectUrl"]?.string
        model = row["model"]?.string
        keepsToken = row["keeps"]?.string == "token"
        profile = row["profile"]?.string
        importFile = row["importFile"]?.string
        importName = row["importName"]?.string
    }
}
