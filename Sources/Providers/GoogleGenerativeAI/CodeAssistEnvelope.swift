// SPDX-License-Identifier: Apache-2.0
import JSON

/// What Cloud Code Assist puts around the Gemini API's requests and replies, for those who signed in with Gemini CLI: requests go up
/// as `{"model","project","request":{…}}`, replies come as `{"response":{…}}` (google-gemini/gemini-cli,
/// `packages/core/src/code_assist/converter.ts` and `server.ts`, read on 2026-11-21).
struct CodeAssistEnvelope: Hashable, Sendable {
    /// The setting that names the Cloud project, for accounts that want one.
    static let projectOption = RequestTarget.project

    static func path(_ operation: Operation, streaming: Bool, base: BaseURL) -> String? {
        let method: String
        switch operation {
        case .generate: method = streaming ? "streamGenerateContent?alt=sse" : "generateContent"
        case .countTokens: method = "countTokens"
        case .embeddings: return nil
        }
        return "\(GooglePath.endsWithVersion(base.path) ? "" : "/v1internal"):\(method)"
    }

    /// - Parameter request: A request of the Gemini API, without the model's name.
    func wrap(_ request: [UInt8], model: String, project: String?) -> [UInt8] {
        var body: [UInt8] = []
        body.reserveCapacity(request.count + 128)
        body += #"{"model":"#.utf8
        JSONWriter.quote(model.hasPrefix("models/") ? String(model.dropFirst(7)) : model, into: &body)
        if let project, !project.isEmpty {
            body += #","project":"#.utf8
            JSONWriter.quote(project, into: &body)
        }
        body += #","request":"#.utf8
        body += request
        body.append(UInt8(ascii: "}"))
        return body
    }
}
