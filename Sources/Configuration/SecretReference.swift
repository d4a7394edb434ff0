// SPDX-License-Identifier: Apache-2.0
import JSON

/// Where a secret stands instead of being written down: `{source: "file", provider: "vault", id: "/openai/key"}`
/// (docs.openclaw.ai/gateway/secrets/secretref-contract).
public struct SecretReference: Hashable, Sendable {
    public enum Source: String, Hashable, Sendable, CaseIterable {
        /// A variable.
        case env
        /// A file of `secrets.providers`, or a place in one.
        case file
        /// What a program of `secrets.providers` answers.
        case exec
    }

    public var source: Source
    /// A name in `secrets.providers`; `nil`: the one that `secrets.defaults` names for the source, else `default`.
    public var provider: String?
    /// A variable's name, `value` or a JSON pointer, or what the program calls it.
    public var id: String

    public init(_ source: Source, provider: String? = nil, id: String) {
        self.source = source
        self.provider = provider
        self.id = id
    }

    /// `env:default:OPENAI_API_KEY`. Names no secret.
    public var shown: String { "\(source.rawValue):\(provider ?? "default"):\(id)" }

    /// Reads a member's value.
    ///
    /// - Returns: `nil` for what is no reference at all: not an object with a `source`.
    public static func read(_ value: JSONValue) -> Result<SecretReference, SecretProblem>? {
        guard let written = value["source"]?.string else { return nil }
        guard let source = Source(rawValue: written) else {
            return .failure(SecretProblem("a reference of source \"\(shortened(written))\" cannot be followed; env, file and exec can"))
        }
        let provider = value["provider"]?.string
        guard let id = value["id"]?.string, !id.isEmpty else { return .failure(SecretProblem("its reference has no id")) }
        if let provider, !isAlias(provider) {
            return .failure(SecretProblem("its reference's provider is no name; names are like vault or my-keys"))
        }
        guard isID(id, of: source) else {
            return .failure(SecretProblem("its reference's id is not one of source \(written): \(form(of: source))"))
        }
        return .success(SecretReference(source, provider: provider, id: id))
    }

    /// `${NAME}` and `$NAME`, as a whole, which OpenClaw takes in the place of a secret too.
    public static func variable(in text: String) -> SecretReference? {
        guard text.hasPrefix("$") else { return nil }
        let rest = text.dropFirst()
        let name = rest.hasPrefix("{") && rest.hasSuffix("}") ? rest.dropFirst().dropLast() : rest
        return isVariable(name) ? SecretReference(.env, id: String(name)) : nil
    }

    /// - Parameter id: As written.
    public static func isID(_ id: String, of source: Source) -> Bool {
        switch source {
        case .env: isVariable(id[...])
        case .file: id == "value" || (id.hasPrefix("/") && id.utf8.count <= 1024)
        case .exec: isExecID(id)
        }
    }

    private static func form(of source: Source) -> String {
        switch source {
        case .env: "capitals, digits and _"
        case .file: "\"value\", or a JSON pointer that begins with /"
        case .exec: "letters, digits and . _ : / -"
        }
    }

    /// `^[A-Z][A-Z0-9_]{0,127}$`; small letters are taken too, since variables of that kind are set.
    static func isVariable(_ text: Substring) -> Bool {
        guard let first = text.utf8.first, isLetter(first) || first == UInt8(ascii: "_"), text.utf8.count <= 128 else { return false }
        return text.utf8.allSatisfy { isLetter($0) || isDigit($0) || $0 == UInt8(ascii: "_") }
    }

    /// `^[a-z][a-z0-9_-]{0,63}$`
    public static func isAlias(_ text: String) -> Bool {
        guard let first = text.utf8.first, (0x61...0x7A).contains(first), text.utf8.count <= 64 else { return false }
        return text.utf8.allSatisfy { (0x61...0x7A).contains($0) || isDigit($0) || "_-".utf8.contains($0) }
    }

    /// `^[A-Za-z0-9][A-Za-z0-9._:/-]{0,255}$`
    private static func isExecID(_ text: String) -> Bool {
        guard let first = text.utf8.first, isLetter(first) || isDigit(first), text.utf8.count <= 256 else { return false }
        return text.utf8.allSatisfy { isLetter($0) || isDigit($0) || "._:/-".utf8.contains($0) }
    }

    private static func isLetter(_ byte: UInt8) -> Bool { (0x61...0x7A).contains(byte) || (0x41...0x5A).contains(byte) }
    private static func isDigit(_ byte: UInt8) -> Bool { (0x30...0x39).contains(byte) }
    private static func shortened(_ text: String) -> String {
        String(text.unicodeScalars.prefix(20).map { $0.properties.generalCategory == .control ? "?" : Character($0) })
    }
}

/// Why a reference leads to no secret: words without a value, such as `environment variable OPENAI_API_KEY is not set`.
public struct SecretProblem: Error, Hashable, Sendable {
    public var text: String
    public init(_ text: String) { self.text = text }
}
