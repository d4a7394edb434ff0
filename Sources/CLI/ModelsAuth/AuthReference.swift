// SPDX-License-Identifier: Apache-2.0
import JSON

/// `--ref`: where a secret stands, as `keyRef` and `tokenRef` say it.
enum AuthReference {
    /// - Returns: The object to store, or `nil` for what is none: `env:NAME`, `file:<provider>:<id>` and `exec:<provider>:<id>` are.
    static func read(_ text: String) -> JSONObject? {
        let parts = text.split(separator: ":", maxSplits: 2, omittingEmptySubsequences: false).map(String.init)
        switch (parts.first, parts.count) {
        case ("env", 2) where isVariable(parts[1]): return object("env", "default", parts[1])
        case ("env", 3) where isAlias(parts[1]) && isVariable(parts[2]): return object("env", parts[1], parts[2])
        case ("file", 3) where isAlias(parts[1]) && (parts[2] == "value" || parts[2].hasPrefix("/")):
            return object("file", parts[1], parts[2])
        case ("exec", 3) where isAlias(parts[1]) && isExecID(parts[2]): return object("exec", parts[1], parts[2])
        default: return nil
        }
    }

    static let expectation = "env:NAME, file:<provider>:value, file:<provider>:/json/pointer or exec:<provider>:<id>"

    private static func object(_ source: String, _ provider: String, _ id: String) -> JSONObject {
        ["source": .string(source), "provider": .string(provider), "id": .string(id)]
    }

    /// `^[A-Z][A-Z0-9_]{0,127}$`
    private static func isVariable(_ text: String) -> Bool {
        guard let first = text.utf8.first, (0x41...0x5A).contains(first), text.utf8.count <= 128 else { return false }
        return text.utf8.allSatisfy { (0x41...0x5A).contains($0) || (0x30...0x39).contains($0) || $0 == UInt8(ascii: "_") }
    }

    /// `^[a-z][a-z0-9_-]{0,63}$`
    private static func isAlias(_ text: String) -> Bool {
        guard let first = text.utf8.first, (0x61...0x7A).contains(first), text.utf8.count <= 64 else { return false }
        return text.utf8.allSatisfy { (0x61...0x7A).contains($0) || (0x30...0x39).contains($0) || "_-".utf8.contains($0) }
    }

    /// `^[A-Za-z0-9][A-Za-z0-9._:/-]{0,255}$`
    private static func isExecID(_ text: String) -> Bool {
        guard (1...256).contains(text.utf8.count), let first = text.first, first.isASCII, first.isLetter || first.isNumber else {
            return false
        }
        return text.utf8.allSatisfy { byte in
            (0x61...0x7A).contains(byte) || (0x41...0x5A).contains(byte) || (0x30...0x39).contains(byte) || "._:/-".utf8.contains(byte)
        }
    }
}
