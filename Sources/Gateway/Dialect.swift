// SPDX-License-Identifier: Apache-2.0
import HTTP
import Providers

/// The wire in whose manner a client is answered, also one that came to no door: its path says so, else a header that only the SDKs of
/// that wire send.
enum Dialect {
    static func of(_ head: RequestHead) -> WireKind {
        let path = head.path
        if path.hasPrefix("/api/") || path.hasPrefix("/health") { return .openaiCompletions }
        if isGemini(path) { return .googleGenerativeAI }
        if Self.begins(path, with: "/v1/responses") || Self.begins(path, with: "/responses") { return .openaiResponses }
        if Self.begins(path, with: "/v1/messages") || Self.begins(path, with: "/messages") { return .anthropicMessages }
        if Self.begins(path, with: "/v1/chat/completions") || Self.begins(path, with: "/chat/completions") { return .openaiCompletions }
        if head.headers.contains("anthropic-version") { return .anthropicMessages }
        if head.headers.contains("x-goog-api-key") { return .googleGenerativeAI }
        return .openaiCompletions
    }

    private static func begins(_ path: String, with start: StaticString) -> Bool {
        guard path.hasPrefix("\(start)") else { return false }
        return path.utf8.count == start.utf8CodeUnitCount || path.utf8.dropFirst(start.utf8CodeUnitCount).first == UInt8(ascii: "/")
    }

    /// Versions of the Gemini API that no other API has.
    static func isGemini(_ path: String) -> Bool {
        path.hasPrefix("/v1beta/") || path.hasPrefix("/v1alpha/") || path == "/v1beta" || path == "/v1alpha"
    }
}
