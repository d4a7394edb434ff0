// SPDX-License-Identifier: Apache-2.0
import JSON

/// Sources of a piece of text: pages of the web cross, places in the request's documents mean nothing without them.
enum MessagesCitations {
    /// - Returns: `nil` for a place in a document or a kind that is not known; `foreign` has its name.
    static func read(_ citation: JSONSlice, in bytes: RawSpan, foreign: (String) -> Void) -> Citation? {
        guard citation.kind == .object, let type = citation.member("type", in: bytes)?.string(in: bytes) else { return nil }
        func text(_ name: StaticString) -> String? {
            citation.member(name, in: bytes)?.string(in: bytes).flatMap { $0.isEmpty ? nil : $0 }
        }
        // The result of a search of the client's own has its address in `source`.
        guard let url = text("url") ?? text("source") else {
            foreign(type)
            return nil
        }
        return Citation(url: url, title: text("title"), quoted: text("cited_text"))
    }

    static func append(_ citation: Citation, to output: inout [UInt8]) {
        output.append(#"{"type":"web_search_result_location","url":"# as StaticString)
        output.quote(citation.url)
        output.append(#","title":"# as StaticString)
        output.quote(citation.title)
        // Anthropic's own proof; this one says that there is none to send back.
        output.append(#","encrypted_index":"# as StaticString)
        output.quote(Seal.seal(nil))
        output.append(#","cited_text":"# as StaticString)
        output.quote(citation.quoted ?? "")
        output.append("}" as StaticString)
    }
}
