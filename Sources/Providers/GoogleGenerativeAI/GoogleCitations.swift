// SPDX-License-Identifier: Apache-2.0
import JSON

/// Where an answer has it from: `groundingMetadata` of searches and `citationMetadata` of recitations
/// (https://ai.google.dev/gemini-api/docs/google-search, https://ai.google.dev/api/generate-content#citationmetadata).
enum GoogleCitations {
    /// Citations of one reply at most.
    private static let limit = 1024

    // MARK: Reading

    static func read(grounding: JSONSlice?, citations: JSONSlice?, _ offsets: GoogleOffsets, in bytes: RawSpan) -> [Citation] {
        var found: [Citation] = []
        if let grounding { read(grounding, offsets, in: bytes, into: &found) }
        let list = citations?.google("citationSources", in: bytes) ?? citations?.google("citations", in: bytes)
        list?.forEachElement(in: bytes) { source in
            if let url = source.google("uri", in: bytes)?.string(in: bytes), !url.isEmpty {
                let end = source.google("endIndex", in: bytes)?.googleInt(in: bytes)
                let start = source.google("startIndex", in: bytes)?.googleInt(in: bytes) ?? (end == nil ? nil : 0)
                found.append(
                    Citation(
                        url: url, title: source.google("title", in: bytes)?.string(in: bytes),
                        start: start.map(offsets.character), end: end.map(offsets.character)))
            }
            return found.count < limit
        }
        return found
    }

    /// Each place of the text with each page that supports it; pages alone where no places are told.
    private static func read(_ grounding: JSONSlice, _ offsets: GoogleOffsets, in bytes: RawSpan, into found: inout [Citation]) {
        var pages: [Citation?] = []
        grounding.google("groundingChunks", in: bytes)?.forEachElement(in: bytes) { chunk in
            let page = chunk.google("web", in: bytes) ?? chunk.google("retrievedContext", in: bytes) ?? chunk.google("maps", in: bytes)
            let url = page?.google("uri", in: bytes)?.string(in: bytes) ?? ""
            pages.append(url.isEmpty ? nil : Citation(url: url, title: page?.google("title", in: bytes)?.string(in: bytes)))
            return pages.count < limit
        }
        var hasSupports = false
        grounding.google("groundingSupports", in: bytes)?.forEachElement(in: bytes) { support in
            hasSupports = true
            let segment = support.google("segment", in: bytes)
            let end = segment?.google("endIndex", in: bytes)?.googleInt(in: bytes)
            let start = segment?.google("startIndex", in: bytes)?.googleInt(in: bytes) ?? (end == nil ? nil : 0)
            support.google("groundingChunkIndices", in: bytes)?.forEachElement(in: bytes) { index in
                if let index = index.int(in: bytes), pages.indices.contains(index), var citation = pages[index] {
                    citation.quoted = segment?.google("text", in: bytes)?.string(in: bytes)
                    citation.start = start.map(offsets.character)
                    citation.end = end.map(offsets.character)
                    found.append(citation)
                }
                return found.count < limit
            }
            return found.count < limit
        }
        if !hasSupports { found += pages.compactMap { $0 } }
    }

    // MARK: Writing

    /// Appends `"groundingMetadata":{…}` for clients of this wire, if there are any.
    static func append(_ citations: [Citation], _ offsets: GoogleOffsets, to output: inout [UInt8]) {
        guard !citations.isEmpty else { return }
        var places: [String: Int] = [:]
        output.key("groundingMetadata")
        output.append(#"{"groundingChunks":["#)
        for citation in citations where places[citation.url] == nil {
            places[citation.url] = places.count
            output.comma()
            output.append(#"{"web":{"#)
            output.member("uri", citation.url)
            if let title = citation.title { output.member("title", title) }
            output.append("}}")
        }
        output.append("]")
        if citations.contains(where: { $0.end != nil }) {
            output.append(#","groundingSupports":["#)
            for citation in citations {
                guard let end = citation.end, let place = places[citation.url] else { continue }
                output.comma()
                output.append(#"{"segment":{"#)
                output.member("startIndex", offsets.byte(atCharacter: citation.start ?? 0))
                output.member("endIndex", offsets.byte(atCharacter: end))
                if let text = citation.quoted { output.member("text", text) }
                output.append(#"},"groundingChunkIndices":["#)
                output.append(String(place))
                output.append("]}")
            }
            output.append("]")
        }
        output.append("}")
    }
}
