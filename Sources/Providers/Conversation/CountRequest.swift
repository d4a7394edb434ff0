// SPDX-License-Identifier: Apache-2.0
import JSON

/// Requests for a number of tokens, made of ones for an answer, and what answers them.
enum CountRequest {
    /// - Parameters:
    ///   - body: A request for an answer, as the wire's own writer made it.
    ///   - names: What counts. The others are refused by providers, or would be of no use.
    static func keeping(_ names: Set<String>, of body: [UInt8]) -> [UInt8] {
        let bytes = body.span.bytes
        guard let index = try? JSONIndex(scanning: bytes) else { return body }
        var kept: [UInt8] = []
        kept.reserveCapacity(body.count)
        for member in index.members where names.contains(member.name(in: bytes)) {
            kept.append(kept.isEmpty ? UInt8(ascii: "{") : UInt8(ascii: ","))
            // The key with its quotation marks.
            JSONWriter.quote(member.name(in: bytes), into: &kept)
            kept.append(UInt8(ascii: ":"))
            kept += body[member.value.range]
        }
        return kept.isEmpty ? Array("{}".utf8) : kept + [UInt8(ascii: "}")]
    }

    /// The count that stands in `name` at the top of a reply.
    ///
    /// - Returns: `nil` for a reply that has none, or one that cannot be.
    static func count(_ name: StaticString, in body: [UInt8]) -> Int? {
        let bytes = body.span.bytes
        guard let index = try? JSONIndex(scanning: bytes), let count = index.value(name, in: bytes)?.int(in: bytes), count >= 0 else {
            return nil
        }
        return count
    }
}
