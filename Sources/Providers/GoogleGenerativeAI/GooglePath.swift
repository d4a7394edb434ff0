// SPDX-License-Identifier: Apache-2.0

/// Paths of the Gemini API: the model stands in them.
enum GooglePath {
    /// - Returns: `nil` for what this wire has no operation for.
    static func path(_ operation: Operation, model: String, streaming: Bool, base: BaseURL) -> String? {
        let method: String
        switch operation {
        case .generate: method = streaming ? "streamGenerateContent?alt=sse" : "generateContent"
        case .countTokens: method = "countTokens"
        case .embeddings: return nil
        }
        return "\(endsWithVersion(base.path) ? "" : "/v1beta")/\(resource(model)):\(method)"
    }

    /// `models/` before a bare name; what names another collection, such as `tunedModels/mine`, stays.
    private static func resource(_ model: String) -> String {
        let collections = ["models/", "tunedModels/", "publishers/", "projects/"]
        return collections.contains(where: model.hasPrefix) ? encoded(model) : "models/\(encoded(model))"
    }

    /// Percent-encoded where a path could not hold it (RFC 3986 §3.3). Slashes stay, since names of models have them, unless a segment of
    /// dots would lead elsewhere.
    static func encoded(_ model: String) -> String {
        let steps = model.split(separator: "/", omittingEmptySubsequences: false)
        let keepsSlashes = !steps.contains { $0.isEmpty || $0 == "." || $0 == ".." }
        var text = ""
        for byte in model.utf8 {
            if isPlain(byte) || (byte == UInt8(ascii: "/") && keepsSlashes) {
                text.unicodeScalars.append(Unicode.Scalar(byte))
            } else {
                let digits = String(byte, radix: 16, uppercase: true)
                text += digits.utf8.count == 1 ? "%0\(digits)" : "%\(digits)"
            }
        }
        return text
    }

    private static func isPlain(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "0")...UInt8(ascii: "9"): true
        case UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"), UInt8(ascii: "~"), UInt8(ascii: "@"): true
        default: false
        }
    }

    /// Whether a base URL's path ends with a version, such as `/v1beta`, `/v1` or `/v1alpha1`.
    static func endsWithVersion(_ path: String) -> Bool {
        guard let last = path.split(separator: "/").last, last.first == "v" else { return false }
        var rest = last.dropFirst()
        guard rest.first?.isNumber == true else { return false }
        rest = rest.drop(while: \.isNumber)
        for word in ["alpha", "beta", "internal"] where rest.hasPrefix(word) { rest = rest.dropFirst(word.count) }
        return rest.allSatisfy(\.isNumber)
    }
}
