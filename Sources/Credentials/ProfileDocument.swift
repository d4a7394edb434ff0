// SPDX-License-Identifier: Apache-2.0
import Configuration
import Failover
import HTTP
import JSON
import Providers

/// What an `auth-profiles.json` says (docs/credentials.md), in its version 1 and its older flat shapes. Reading only: an entry that
/// makes no sense is left out with a note, and the rest counts.
public struct ProfileDocument: Hashable, Sendable {
    /// In the order of the file.
    public var profiles: [StoredCredential] = []
    /// The order that `models auth order set` stored. Comes before `auth.order`.
    public var order: [ProviderID: [CredentialID]] = [:]
    /// What was left out and why, in words, without a value.
    public var notes: [String] = []

    /// What may stand beside the profiles, and beside the entries of the flat shape.
    static let laterMembers: Set<String> = ["order", "lastGood", "usageStats"]

    /// The most profiles read from one file.
    static let limit = 10_000

    /// The provider that a name or an alias of it means.
    static func provider(_ name: String) -> ProviderID {
        Catalogue.builtIn.canonicalID(of: ProviderID(rawValue: name.lowercased()))
    }

    /// - Parameters:
    ///   - source: The file's name as credentials show it.
    ///   - secrets: Follows references to secrets.
    ///   - now: Decides what has expired.
    public init(
        _ root: JSONValue, source: String, now: Timestamp, secrets: @escaping (SecretReference) -> Result<Secret, SecretProblem>
    ) {
        guard let object = root.object else {
            notes = ["it is not an object"]
            return
        }
        let reader = Reader(source: source, secrets: secrets, now: now)
        let rows: JSONObject
        let isFlat: Bool
        if let profiles = object["profiles"] {
            guard let profiles = profiles.object else {
                notes = ["its `profiles` is not an object"]
                return
            }
            (rows, isFlat) = (profiles, false)
            if let version = object["version"], version.int != 1 { notes.append("its version is not 1; read as if it were") }
        } else {
            (rows, isFlat) = (object, object["version"] == nil)
        }
        if isFlat || object["profiles"] != nil { read(rows, flat: isFlat, with: reader) }
        readOrder(object["order"])
    }

    /// All references in a document, so that they can be followed together.
    static func references(in root: JSONValue) -> [SecretReference] {
        guard let rows = (root["profiles"] ?? root).object?.members.prefix(limit) else { return [] }
        return rows.flatMap { _, value in
            ["key", "keyRef", "apiKey", "token", "tokenRef"].compactMap { name in
                value[name].flatMap { Reader.reference($0) }.flatMap { try? $0.get() }
            }
        }
    }

    private mutating func read(_ rows: JSONObject, flat: Bool, with reader: Reader) {
        for (name, value) in rows.members.prefix(Self.limit) {
            // Beside flat entries, members of later shapes may stand.
            if flat, Self.laterMembers.contains(name) { continue }
            let id = flat && !name.contains(":") ? "\(name):default" : name
            switch reader.profile(id: id, value) {
            case .success(let profile): profiles.append(profile)
            case .failure(let problem): notes.append("profile \(SafeName(id)) is left out: \(problem.text)")
            }
        }
        if rows.count > Self.limit { notes.append("only the first \(Self.limit) of its profiles are read") }
    }

    private mutating func readOrder(_ value: JSONValue?) {
        for (provider, ids) in value?.object?.members ?? [] {
            let ids = ids.array?.compactMap(\.string).map { CredentialID(rawValue: $0) } ?? []
            if !ids.isEmpty { order[Self.provider(provider)] = ids }
        }
    }
}

/// Reads one profile.
private struct Reader {
    struct Problem: Error { var text: String }

    let source: String
    let secrets: (SecretReference) -> Result<Secret, SecretProblem>
    let now: Timestamp

    func profile(id: String, _ value: JSONValue) -> Result<StoredCredential, Problem> {
        guard value.object != nil else { return .failure(Problem(text: "it is not an object")) }
        let prefix = id.prefix { $0 != ":" }
        let provider = ProfileDocument.provider(value["provider"]?.string ?? String(prefix))
        guard !provider.rawValue.isEmpty else { return .failure(Problem(text: "it names no provider")) }
        guard let kind = kind(of: value) else { return .failure(Problem(text: "its `type` is not api_key, token or oauth")) }
        var profile = StoredCredential(
            id: CredentialID(rawValue: id), provider: provider, kind: kind, secret: Secret(""),
            label: value["email"]?.string ?? value["displayName"]?.string ?? id, source: source)
        switch secret(of: value, kind: kind) {
        case .success(let secret):
            profile = StoredCredential(
                id: profile.id, provider: provider, kind: kind, secret: secret, label: profile.label, source: source,
                // Whether a login can be renewed is known where its owner is.
                unusable: kind == .token ? expiry(value) : nil)
        case .failure(let problem):
            guard let problem = problem as? SecretProblem else {
                return .failure(Problem(text: "it has no \(names(of: kind)[0])"))
            }
            profile.unusable = problem.text
        }
        profile.project = value["projectId"]?.string
        profile.expires = StoredLogin.time(value["expires"])
        if kind == .oauth {
            profile.login = StoredLogin(value, key: StoredLogin.Key(file: "", id: profile.id))
            profile.expires = profile.login?.expires
            if let family = value["family"]?.string, StoredLogin.isHash(family) { profile.secretHash = family }
        }
        return .success(profile)
    }

    /// `type` says; the flat shapes before it had an `apiKey` only.
    private func kind(of value: JSONValue) -> CredentialKind? {
        switch value["type"]?.string ?? value["mode"]?.string {
        case "api_key", "api-key", "apiKey": .apiKey
        case "token": .token
        case "oauth": .oauth
        case nil where value["apiKey"] != nil || value["key"] != nil: .apiKey
        case nil where value["access"] != nil: .oauth
        case nil where value["token"] != nil: .token
        default: nil
        }
    }

    private struct Absent: Error {}

    private func names(of kind: CredentialKind) -> [String] {
        switch kind {
        case .apiKey: ["key", "apiKey", "keyRef"]
        case .token: ["token", "tokenRef"]
        case .oauth: ["access"]
        case .none: []
        }
    }

    private func secret(of value: JSONValue, kind: CredentialKind) -> Result<Secret, any Error> {
        for name in names(of: kind) {
            guard let member = value[name] else { continue }
            if kind != .oauth, let reference = Self.reference(member) {
                return reference.flatMap { secrets($0) }.mapError { $0 }
            }
            if let secret = member.string.flatMap({ Secret($0).trimmed }) { return .success(secret) }
        }
        // The first use brings an access token.
        if kind == .oauth, value["refresh"]?.string?.isEmpty == false { return .success(Secret("")) }
        return .failure(Absent())
    }

    /// The reference that stands in the place of a secret; `nil`: none does.
    static func reference(_ member: JSONValue) -> Result<SecretReference, SecretProblem>? {
        if let text = member.string { return SecretReference.variable(in: text).map { .success($0) } }
        return SecretReference.read(member)
    }

    /// Of a token: `expires` is in milliseconds since 1970; none means that it does not.
    private func expiry(_ value: JSONValue) -> String? {
        guard let expires = value["expires"], expires != .null else { return nil }
        guard let end = StoredLogin.time(expires) else { return "its expiry is not a time in milliseconds" }
        return end > now ? nil : "expired; paste a new token"
    }
}

/// A name from a file as a message may show it: without control characters, and short.
struct SafeName: CustomStringConvertible {
    let description: String

    init(_ name: String) {
        let shown = String(name.unicodeScalars.prefix(80).map { $0.properties.generalCategory == .control ? "?" : Character($0) })
        description = "\"\(shown)\""
    }
}
