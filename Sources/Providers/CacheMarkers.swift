// SPDX-License-Identifier: Apache-2.0
import JSON

/// `cache_control`, Anthropic's marks of a prompt's stable beginning, in the body of a wire that has them: its own, and Chat
/// Completions as routers take it. A wire says where marks may stand and where to put some; what they are is the same.
protocol CacheMarkers {
    /// Calls `body` with each object that may hold a mark, until it answers `false`.
    static func forEachHolder(_ index: JSONIndex, _ bytes: RawSpan, _ body: (JSONSlice) -> Bool)

    /// Puts marks where a client wrote none, of the four at most that Anthropic takes.
    ///
    /// - Parameter mark: The member, `"cache_control":{…}`.
    static func place(_ mark: String, _ index: JSONIndex, _ bytes: RawSpan, _ edits: inout BodyEdits)
}

extension CacheMarkers {
    /// Brings the marks of `body` to what the settings say.
    ///
    /// - Parameter placing: The route is known to take them, so that a client that writes none is given some.
    /// - Returns: `nil` if that changes nothing.
    static func apply(_ retention: CacheRetention, placing: Bool, to body: [UInt8]) -> [UInt8]? {
        let bytes = body.span.bytes
        guard let index = try? JSONIndex(scanning: bytes), index.root.kind == .object else { return nil }
        var edits = BodyEdits()
        switch retention {
        case .none: drop(index, bytes, &edits)
        case .short, .long:
            var found = false
            forEachHolder(index, bytes) { holder in
                holder.forEachMember(in: bytes) { key, value in
                    if JSONText.equals(key, "cache_control", in: bytes), value.kind != .null {
                        found = true
                        setTime(retention, of: value, bytes, &edits)
                    }
                    return !edits.areTooMany
                }
                return !edits.areTooMany
            }
            if !found && placing { place(mark(for: retention), index, bytes, &edits) }
        }
        return edits.apply(to: body, index: index)
    }

    /// Takes every mark out.
    static func drop(_ index: JSONIndex, _ bytes: RawSpan, _ edits: inout BodyEdits) {
        forEachHolder(index, bytes) { holder in
            edits.dropMembers(of: holder, in: bytes) { key, _ in JSONText.equals(key, "cache_control", in: bytes) }
            return !edits.areTooMany
        }
    }

    /// Whether there is any.
    static func areIn(_ index: JSONIndex, _ bytes: RawSpan) -> Bool {
        var found = false
        forEachHolder(index, bytes) { holder in
            found = holder.member("cache_control", in: bytes).map { $0.kind != .null } ?? false
            return !found
        }
        return found
    }

    /// Makes a text that is a message's whole content a part that holds `mark`.
    ///
    /// - Returns: Whether there is a text.
    static func put(_ mark: String, onText content: JSONSlice, _ edits: inout BodyEdits) -> Bool {
        guard content.kind == .string, !content.isEmptyString else { return false }
        edits.insert(#"[{"type":"text","text":"#, at: content.start)
        edits.insert(",\(mark)}]", at: content.end)
        return true
    }

    private static func mark(for retention: CacheRetention) -> String {
        #""cache_control":{"type":"ephemeral""# + (retention == .long ? ",\(hour)}" : "}")
    }

    private static func setTime(_ retention: CacheRetention, of mark: JSONSlice, _ bytes: RawSpan, _ edits: inout BodyEdits) {
        guard mark.kind == .object else { return }
        guard retention == .long else { return edits.dropMembers(of: mark, in: bytes) { key, _ in JSONText.equals(key, "ttl", in: bytes) } }
        guard let time = mark.member("ttl", in: bytes) else { return edits.addMember(hour, to: mark, in: bytes) }
        if time.string(in: bytes) != "1h" { edits.replace(time.range, with: Array(#""1h""#.utf8)) }
    }

    private static var hour: String { #""ttl":"1h""# }
}
