// SPDX-License-Identifier: Apache-2.0
import Failover
import HTTP
import Providers

/// The keys that the environment holds for a provider. OpenClaw's names, for every provider (docs/credentials.md).
public enum EnvironmentKeys {
    /// The most keys taken from one list variable.
    static let listLimit = 1_000
    /// Before a variable's name, in `StoredCredential.source`.
    static let source = "env: "

    /// Every key of `provider`, in this order, `<P>` being each of its prefixes in turn:
    ///
    /// 1. `OPENCLAW_LIVE_<P>_KEY`, `UNDERSTUDY_LIVE_<P>_KEY`
    /// 2. `<P>_API_KEYS`, split at white space, commas and semicolons
    /// 3. `<P>_API_KEY`
    /// 4. `<P>_API_KEY_<n>`, by number
    /// 5. the provider's own names in the catalogue, such as `HF_TOKEN`
    ///
    /// A secret that stands in two of them counts where it comes first. White space around a key is dropped; empty is none.
    ///
    /// - Parameter entry: What the catalogue knows of the provider, if it does.
    public static func credentials(
        of provider: ProviderID, entry: CatalogueEntry?, environment: [String: Secret]
    ) -> [StoredCredential] {
        var found: [StoredCredential] = []
        var seen: Set<Secret> = []
        func add(_ name: String, _ secret: Secret, position: Int? = nil) {
            guard seen.insert(secret).inserted else { return }
            let place = position.map { "\(name)[\($0)]" } ?? name
            found.append(
                StoredCredential(
                    id: CredentialID(rawValue: "\(provider):\(name)\(position.map { ".\($0)" } ?? "")"),
                    provider: provider, kind: name.hasSuffix("_OAUTH_TOKEN") ? .token : .apiKey, secret: secret,
                    label: place, source: source + place))
        }
        func addOne(_ name: String) {
            if let secret = environment[name]?.trimmed { add(name, secret) }
        }
        for prefix in prefixes(of: provider, entry: entry) {
            addOne("OPENCLAW_LIVE_\(prefix)_KEY")
            addOne("UNDERSTUDY_LIVE_\(prefix)_KEY")
            let list = "\(prefix)_API_KEYS"
            for (index, secret) in (environment[list]?.parts ?? []).prefix(listLimit).enumerated() {
                add(list, secret, position: index + 1)
            }
            addOne("\(prefix)_API_KEY")
            for name in numbered("\(prefix)_API_KEY_", in: environment) { addOne(name) }
        }
        for name in entry?.environment ?? [] { addOne(name) }
        return found
    }

    /// The catalogue's prefix before the id's own: `GEMINI` and `GOOGLE` for `google`.
    static func prefixes(of provider: ProviderID, entry: CatalogueEntry?) -> [String] {
        let own = CatalogueEntry.environmentPrefix(for: provider)
        guard let known = entry?.environmentPrefix, known != own else { return [own] }
        return [known, own]
    }

    /// The names that are `start` and a number, by number. `OPENAI_API_KEY_FILE` is not one.
    private static func numbered(_ start: String, in environment: [String: Secret]) -> [String] {
        environment.keys
            .compactMap { name -> (number: Int, name: String)? in
                guard name.hasPrefix(start) else { return nil }
                let digits = name.utf8.dropFirst(start.utf8.count)
                guard (1...9).contains(digits.count), digits.allSatisfy({ (0x30...0x39).contains($0) }) else { return nil }
                return Int(String(Substring(digits))).map { ($0, name) }
            }
            .sorted { ($0.number, $0.name) < ($1.number, $1.name) }
            .map(\.name)
    }
}

extension Secret {
    /// Without the white space around it; `nil` if nothing is left.
    var trimmed: Secret? {
        withExposed { text in
            let isSpace = { (character: Character) in character.isWhitespace }
            let start = text.drop(while: isSpace)
            guard let last = start.lastIndex(where: { !$0.isWhitespace }) else { return nil }
            return Secret(String(start[...last]))
        }
    }

    /// What stands between white space, commas and semicolons.
    fileprivate var parts: [Secret] {
        withExposed { text in
            text.split { $0.isWhitespace || $0 == "," || $0 == ";" }.map { Secret(String($0)) }
        }
    }
}
