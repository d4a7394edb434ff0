// SPDX-License-Identifier: Apache-2.0
import JSON

/// What is known of the key at the end of a path.
public struct KnownKey: Hashable, Sendable {
    public var kind: SettingsKey.Kind
    /// What holds where it is not written, as it would be written. Empty: nothing, or what another key says.
    public var fallback: String
    public var use: SettingsKey.Use
}

/// A path on which a name stands that is no key.
public struct UnknownKey: Error, Hashable, Sendable {
    /// To the name that is not known, itself included.
    public var path: String
    /// The known one that was probably meant, with its path.
    public var nearest: String?
    /// The known names there, those of OpenClaw's left out.
    public var known: [String]
}

extension SettingsKeys {
    /// What is known of the key at the end of `path`. Below what is passed on as it is, and in sections of others, anything may stand.
    public static func lookUp(_ path: [JSON5Document.Step]) throws(UnknownKey) -> KnownKey {
        var tree = SettingsKeyTree.root
        var place = SettingsPath()
        for (depth, step) in path.enumerated() {
            let outer = place
            switch step {
            case .index(let index):
                place = place.element(index)
                guard tree.element != nil || tree.kind == .texts || tree.isOpen else {
                    throw UnknownKey(path: place.text, nearest: nil, known: [])
                }
                tree = tree.element ?? (tree.kind == .texts ? .text : .anything)
            case .key(let name):
                place = place.member(name)
                if let next = tree.member(name) {
                    tree = next
                } else if tree.isOpen || depth == 0 && foreignSections.contains(name) {
                    tree = .anything
                } else {
                    throw UnknownKey(
                        path: place.text, nearest: NearestName.of(name, in: tree.names).map { outer.member($0).text },
                        known: tree.names.filter { tree.member($0)?.use != .kept })
                }
            }
        }
        return KnownKey(kind: tree.kind, fallback: tree.fallback, use: tree.use)
    }

    /// Whether what stands at the end of `path` must not be shown: it is kept as a secret, or is called like one in a section of others.
    public static func isSecret(_ path: [JSON5Document.Step]) -> Bool {
        if let key = try? lookUp(path), key.kind.isSecret { return true }
        // A reference to a secret is none: {source, provider, id}.
        guard case .key(let name)? = path.last else { return false }
        if path.first == .key("env"), path.count > 1 { return looksSecret(name) }
        // Variables that a program gets which is asked for secrets.
        if path.first == .key("secrets"), path.dropLast().last == .key("env") { return looksSecret(name) }
        return (try? lookUp(path))?.kind == .anything && looksSecret(name)
    }

    private static func looksSecret(_ name: String) -> Bool {
        let plain = name.lowercased().filter { $0 != "_" && $0 != "-" }
        return ["apikeys", "token", "tokens", "secret", "password", "passphrase", "key", "authorization"].contains { plain.hasSuffix($0) }
            || plain.contains("apikey")
    }
}

extension SettingsKeyTree {
    /// Whether anything may stand below.
    fileprivate var isOpen: Bool {
        switch kind {
        case .anything, .object, .openSection: true
        default: use == .kept
        }
    }
}
