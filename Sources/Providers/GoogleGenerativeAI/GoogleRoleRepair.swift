// SPDX-License-Identifier: Apache-2.0
import JSON

/// Puts contents into the order that older models insist on: the user begins and ends, roles alternate, and all results of functions
/// stand in one content right after the calls.
enum GoogleRoleRepair {
    private struct Content {
        var isModel: Bool
        var isResults: Bool
        var parts: [UInt8]
        /// As it came, while nothing was joined to it.
        var whole: [UInt8]?
    }

    /// What a user who has to say something says.
    private static let nudge = Content(
        isModel: false, isResults: false, parts: [], whole: Array(#"{"role":"user","parts":[{"text":"Continue."}]}"#.utf8))

    static func apply(_ request: JSONSlice, _ bytes: RawSpan, _ edits: inout BodyEdits) {
        guard let contents = request.google("contents", in: bytes), contents.kind == .array else { return }
        var list: [Content] = []
        var isChanged = false
        contents.forEachElement(in: bytes) { element in
            let content = read(element, bytes)
            // Of the user's contents only those join that are alike, results with results.
            if let last = list.last, last.isModel == content.isModel, last.isResults == content.isResults, !content.parts.isEmpty {
                isChanged = true
                list[list.count - 1].parts += (last.parts.isEmpty ? [] : [UInt8(ascii: ",")]) + content.parts
                list[list.count - 1].whole = nil
            } else {
                list.append(content)
            }
            return true
        }
        if list.first?.isModel == true {
            list.insert(nudge, at: 0)
            isChanged = true
        }
        if list.last?.isModel == true {
            list.append(nudge)
            isChanged = true
        }
        guard isChanged else { return }
        var output: [UInt8] = [UInt8(ascii: "[")]
        for content in list {
            output.comma()
            if let whole = content.whole {
                output += whole
            } else {
                output.append(content.isModel ? #"{"role":"model","parts":["# : #"{"role":"user","parts":["#)
                output += content.parts
                output.append("]}")
            }
        }
        output.append("]")
        edits.replace(contents.range, with: output)
    }

    private static func read(_ element: JSONSlice, _ bytes: RawSpan) -> Content {
        var content = Content(
            isModel: element.google("role", in: bytes)?.equals("model", in: bytes) == true, isResults: false, parts: [],
            whole: JSONFragment(element, in: bytes).bytes)
        element.google("parts", in: bytes)?.forEachListed(in: bytes) { part in
            content.parts.comma()
            content.parts += JSONFragment(part, in: bytes).bytes
            if part.google("functionResponse", in: bytes) != nil { content.isResults = true }
            return true
        }
        return content
    }
}
