// SPDX-License-Identifier: Apache-2.0
import Failover
import Providers

extension SettingsReader {
    /// `login` of a provider, over what is publicly known of it.
    ///
    /// - Returns: `nil` where nothing is written.
    static func login(_ entry: SettingsCursor, of provider: ProviderID) -> LoginDescriptor? {
        guard let cursor = entry.section("login") else { return nil }
        var login = LoginCatalogue.builtIn[provider] ?? LoginDescriptor(provider: provider, source: cursor.path.text)
        if let id = cursor.text("clientId") {
            login.clientID = id
            // Another application's secret does not go with it.
            login.clientSecret = nil
        }
        if let secret = cursor.secret("clientSecret") { login.clientSecret = secret }
        if let url = loginURL(cursor, "authorizeUrl") { login.authorizeURL = url }
        if let url = loginURL(cursor, "tokenUrl") { login.tokenURL = url }
        if let url = loginURL(cursor, "deviceUrl") {
            if login.device == nil { login.device = LoginDescriptor.Device(url: url) } else { login.device?.url = url }
        }
        if let url = loginURL(cursor, "userInfoUrl") { login.userInfoURL = url }
        if let url = loginURL(cursor, "projectUrl") { login.projectURL = url }
        if let scopes = cursor.texts("scopes") { login.scopes = scopes.map(\.text) }
        if let port = cursor.whole("redirectPort") { login.redirectPort = UInt16(clamping: port) }
        if let path = cursor.text("redirectPath") {
            if path.hasPrefix("/"), path.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F && $0 != 0x3F && $0 != 0x23 }) {
                login.redirectPath = path
            } else {
                (cursor.child("redirectPath") ?? cursor).report("\(cursor.path.text).redirectPath is no path", "it begins with a slash")
            }
        }
        return login
    }

    private static func loginURL(_ cursor: SettingsCursor, _ name: String) -> String? {
        guard let child = cursor.child(name), let text = child.text() else { return nil }
        guard let url = BaseURL(text) else {
            return child.problem("\(child.path.text) is \(child.shown)", "it takes \(child.key.kind.text)")
        }
        return url.description
    }
}
