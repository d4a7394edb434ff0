// SPDX-License-Identifier: Apache-2.0
import Failover
import HTTP
import JSON
import Providers

extension SettingsReader {
    /// `models`: the configured providers over the catalogue's.
    static func readModels(_ root: SettingsCursor?, into settings: inout Settings) {
        guard let models = root?.section("models") else { return }
        if models.choice("mode") == "replace" { settings.providers = [:] }
        var seen: Set<ProviderID> = []
        for (name, cursor) in models.entries("providers") {
            guard let id = providerID(name, at: cursor), let entry = cursor.opened() else { continue }
            guard seen.insert(id).inserted else {
                cursor.report("\(cursor.path.text) is the provider \(id) a second time", "write it once")
                continue
            }
            guard var provider = provider(id, entry, key: &settings.configuredKeys[id], unresolved: &settings.unresolvedKeys[id]) else {
                continue
            }
            readModelEntries(of: entry, into: &provider, &settings.modelFailover)
            if let failover = entry.section("failover").map(narrowFailover), !failover.isEmpty { settings.providerFailover[id] = failover }
            if let login = login(entry, of: id) { settings.logins[id] = login }
            if let params = params(entry), !params.isEmpty { settings.providerParams[id] = params }
            settings.configuredProviders.append(id)
            settings.providers[id] = provider
        }
    }

    /// An id as it is compared: trimmed, lower-case, and the catalogue's own for an alias.
    static func providerID(_ name: String, at cursor: SettingsCursor) -> ProviderID? {
        let trimmed = name.drop(while: \.isWhitespace).reversed().drop(while: \.isWhitespace).reversed()
        let id = String(trimmed).lowercased()
        guard !id.isEmpty, id.utf8.count <= 128, !id.contains("/"), !id.unicodeScalars.contains(where: { $0.properties.isWhitespace })
        else {
            return cursor.problem("\(Shown.name(name)) is no name for a provider", "it takes letters, digits and signs other than /")
        }
        return Catalogue.builtIn.canonicalID(of: ProviderID(rawValue: id))
    }

    private static func provider(_ id: ProviderID, _ entry: SettingsCursor, key: inout Secret?, unresolved: inout String?) -> Provider? {
        let known = Catalogue.builtIn.provider(id)
        let isWritten = entry.child("baseUrl") != nil
        guard let url = isWritten ? baseURL(entry) : known?.baseURL else {
            if !isWritten {
                entry.report(
                    "\(entry.path.text) has no baseUrl", "one is needed, since \(id) is not among the built-in providers with a URL")
            }
            return nil
        }
        var provider = known?.provider(at: url) ?? Provider(id: id, baseURL: url)
        if let wire = wireName(entry) {
            speak(wire, in: &provider)
        } else if isElsewhere(url, than: known) {
            speak(WireKind.openaiCompletions.rawValue, in: &provider)
        }
        if provider.wire == nil, provider.wirePrefixes.isEmpty {
            (entry.child("api") ?? entry).note(
                "this version does not speak \(provider.wireName); models of \(id) are passed over\(advice(provider))")
        }
        readCompat(of: entry, into: &provider)
        switch entry.child("apiKey")?.followed() {
        case .success(let secret?): key = secret
        // A helper that fails must not keep the gateway from serving with everything else.
        case .failure(let problem): unresolved = problem.text
        case .success(nil), nil: break
        }
        switch entry.flag("authHeader") {
        case true: provider.credentialHeader = .bearer
        case false: provider.credentialHeader = provider.wireName.hasPrefix("openai") ? .nowhere : nil
        case nil: break
        }
        provider.headers = headers(entry)
        if let request = entry.section("request") {
            for header in headers(request) {
                provider.headers.removeAll { $0.name.lowercased() == header.name.lowercased() }
                provider.headers.append(header)
            }
            if let auth = request.section("auth") { readRequestAuth(auth, into: &provider, key: &key) }
        }
        if provider.credentialHeader == .nowhere || provider.headers.contains(where: isCredential) { provider.needsCredential = false }
        provider.limits = limits(entry)
        return provider
    }

    /// `api`, under the name that the wire has here.
    static func wireName(_ entry: SettingsCursor) -> String? {
        let written = entry.choice("api")
        return written == "openai-chatgpt-responses" ? "openai-codex-responses" : written
    }

    /// Whether another server than OpenAI's or xAI's own stands behind the name of one that is called on the Responses API: nearly all
    /// that imitate them speak Chat Completions, and few the newer one.
    private static func isElsewhere(_ url: BaseURL, than known: CatalogueEntry?) -> Bool {
        guard let known, known.wire == .openaiResponses, let home = known.baseURL else { return false }
        return url.host != home.host
    }

    /// Makes `wire` the one of all of a provider's models, whatever the catalogue says of some.
    private static func speak(_ wire: String, in provider: inout Provider) {
        provider.wireName = wire
        provider.wirePrefixes = []
        for index in provider.known.indices { provider.known[index].wireName = nil }
    }

    /// What to write instead of a wire that is not built, where the same server speaks another.
    private static func advice(_ provider: Provider) -> String {
        switch provider.wireName {
        case "ollama": "; its server also speaks openai-completions, at a baseUrl that ends with /v1"
        case "azure-openai-responses": "; its v1 API also speaks openai-responses, at https://<resource>.openai.azure.com/openai/v1"
        default: ""
        }
    }

    private static func baseURL(_ entry: SettingsCursor) -> BaseURL? {
        guard let cursor = entry.child("baseUrl"), let text = cursor.text() else { return nil }
        guard let url = BaseURL(text) else {
            // The text may hold a password, which is what is wrong with it.
            let afterScheme = text.split(separator: "/", omittingEmptySubsequences: false).dropFirst(2).first ?? ""
            let found =
                afterScheme.contains("@") ? "\(cursor.path.text) holds a user name or password" : "\(cursor.path.text) is \(cursor.shown)"
            return cursor.problem(found, "it takes \(cursor.key.kind.text)")
        }
        return url
    }

    /// `request.auth`: where the key goes, and perhaps the key itself.
    private static func readRequestAuth(_ auth: SettingsCursor, into provider: inout Provider, key: inout Secret?) {
        let token = auth.secret("token")
        let value = auth.secret("value")
        let prefix = auth.child("prefix").flatMap { $0.top.string == "" ? "" : $0.text() } ?? ""
        let name = auth.text("headerName")
        switch auth.choice("mode") {
        case "authorization-bearer":
            provider.credentialHeader = .bearer
            key = token ?? key
        case "header":
            guard let name, isHeaderName(name), isHeaderValue(prefix) else {
                auth.report("\(auth.path.text) names no header", "headerName takes a name such as api-key")
                return
            }
            provider.credentialHeader = .named(name, prefix: prefix)
            key = value ?? key
        default: break
        }
    }

    // MARK: Headers

    private static func headers(_ entry: SettingsCursor) -> [ProviderHeader] {
        entry.entries("headers").compactMap { name, cursor in
            guard let value = cursor.secret() else { return nil }
            guard isHeaderName(name) else { return cursor.problem("\(Shown.name(name)) is no name for a header") }
            guard !framing.contains(name.lowercased()) else {
                return cursor.problem("\(cursor.path.text) is a header that the gateway sets itself", "take it out")
            }
            guard value.withExposed(isHeaderValue) else {
                return cursor.problem("\(cursor.path.text) has characters that no header may have", "a line break, perhaps")
            }
            return ProviderHeader(name: name, value: value)
        }
    }

    /// Whether a header says who is asking, so that no key is needed beside it.
    private static func isCredential(_ header: ProviderHeader) -> Bool {
        ["authorization", "x-api-key", "api-key", "x-goog-api-key"].contains(header.name.lowercased())
    }

    private static let framing: Set<String> = [
        "connection", "content-length", "expect", "host", "keep-alive", "te", "trailer", "transfer-encoding", "upgrade",
    ]

    /// A token of RFC 9110 §5.6.2.
    private static func isHeaderName(_ name: String) -> Bool {
        !name.isEmpty && name.utf8.count <= 128
            && name.utf8.allSatisfy { byte in
                switch byte {
                case 0x41...0x5A, 0x61...0x7A, 0x30...0x39: true
                default: "!#$%&'*+-.^_`|~".utf8.contains(byte)
                }
            }
    }

    /// RFC 9110 §5.5, without bytes above ASCII, which servers read in different ways.
    private static func isHeaderValue(_ value: String) -> Bool { value.utf8.allSatisfy { (0x20...0x7E).contains($0) || $0 == 0x09 } }

    // MARK: Limits

    /// `timeoutSeconds`, which is OpenClaw's one limit for a call, narrowed by `timeouts`.
    private static func limits(_ entry: SettingsCursor) -> TimeLimits {
        var limits = TimeLimits()
        if let all = entry.seconds("timeoutSeconds") {
            for phase in [TimeLimits.Phase.firstToken, .reasoningFirstToken, .localFirstToken, .idle, .plain] { limits[phase] = all }
        }
        guard let written = entry.section("timeouts").map(timeouts) else { return limits }
        for phase in TimeLimits.Phase.allCases { limits[phase] = written[phase] ?? limits[phase] }
        (limits.learns, limits.learnedLeast) = (written.learns, written.learnedLeast)
        return limits
    }

    /// `params` of anything. Nothing in them is a problem, since most are for a provider to judge.
    static func params(_ cursor: SettingsCursor) -> JSONObject? {
        guard let params = cursor.object("params") else { return nil }
        let written = params["cacheRetention"] ?? params["cacheControlTtl"]
        if let written, CacheRetention(params: params) == nil {
            let shown = written.string.map { Shown.quoted($0) } ?? "no text"
            (cursor.child("params") ?? cursor).note(
                "cacheRetention is \(shown) and nothing that is obeyed; it takes none, short or long (cacheControlTtl: 5m or 1h)")
        }
        return params
    }
}
