// SPDX-License-Identifier: Apache-2.0
import JSON

/// Sources of a reply: `annotations` of a message, or lists beside the choices.
enum ChatCitations {
    static func read(_ annotations: JSONSlice?, _ bytes: RawSpan) -> [Citation] {
        var found: [Citation] = []
        annotations?.forEachElement(in: bytes) { annotation in
            let source = annotation.member("url_citation", in: bytes) ?? annotation
            guard let url = source.member("url", in: bytes)?.string(in: bytes), !url.isEmpty else { return true }
            var citation = Citation(url: url)
            citation.title = text(source.member("title", in: bytes), bytes)
            citation.quoted = text(source.member("content", in: bytes), bytes)
            let start = source.member("start_index", in: bytes)?.int(in: bytes)
            let end = source.member("end_index", in: bytes)?.int(in: bytes)
            // Two zeros say nothing: the API has no way to leave them out.
            if let start, let end, end > 0, start <= end { (citation.start, citation.end) = (start, end) }
            found.append(citation)
            return true
        }
        return found
    }

    /// Perplexity's and xAI's: `citations` with URLs, `search_results` with titles too.
    static func readLists(of root: JSONSlice, _ bytes: RawSpan) -> [Citation] {
        let results = read(root.member("search_results", in: bytes), bytes)
        if !results.isEmpty { return results }
        var found: [Citation] = []
        root.member("citations", in: bytes)?.forEachElement(in: bytes) { element in
            if let url = element.string(in: bytes) ?? element.member("url", in: bytes)?.string(in: bytes) {
                found.append(Citation(url: url))
            }
            return true
        }
        return found
    }

    private static func text(_ value: JSONSlice?, _ bytes: RawSpan) -> String? {
        guard let text = value?.string(in: bytes), !text.isEmpty else { return nil }
        return text
    }

    /// An element of `annotations`. Title and range are written in any case, as the API's own types have them.
    static func append(_ citation: Citation, to output: inout [UInt8]) {
        output.comma()
        output.append(#"{"type":"url_citation","url_citation":{"#)
        output.member("url", citation.url)
        output.member("title", citation.title ?? "")
        if let quoted = citation.quoted { output.member("content", quoted) }
        output.member("start_index", citation.start ?? 0)
        output.member("end_index", citation.end ?? 0)
        output.append("}}")
    }
}
