// SPDX-License-Identifier: Apache-2.0
import Failover
import JSON

/// What repairs change in the body of a `generateContent` request (docs/failover.md, "Repairs"). All bytes that a repair does not
/// name stay as they are.
enum GoogleRepairs {
    /// - Parameter isWrapped: The body is Cloud Code Assist's: the request is its member `request`.
    /// - Returns: `nil` if the repair would change nothing in `body`, or it is none of this wire.
    static func apply(_ repair: Repair, to body: [UInt8], isWrapped: Bool) -> [UInt8]? {
        switch repair {
        case .dropThoughts: return GoogleSignatures.without(body) { !GoogleSignatures.isPlaceholder($0) }
        case .signCalls: return GoogleSignatures.added(to: body)
        default: break
        }
        let bytes = body.span.bytes
        guard let index = try? JSONIndex(scanning: bytes), index.root.kind == .object else { return nil }
        let request = isWrapped ? index.root.google("request", in: bytes) ?? index.root : index.root
        var edits = BodyEdits()
        switch repair {
        case .dropMember(let name): drop(name, request, bytes, &edits)
        case .renameMember("thinking_level", "thinking_budget"): useBudget(request, bytes, &edits)
        case .renameMember("thinking_budget", "thinking_level"): useLevel(request, bytes, &edits)
        case .plainSchemas: GoogleSchemaRepair.apply(request, bytes, &edits)
        case .askToContinue: askToContinue(request, bytes, &edits)
        case .alternateRoles: GoogleRoleRepair.apply(request, bytes, &edits)
        case .limitStops(let count): limitStops(to: count, request, bytes, &edits)
        default: return nil
        }
        return edits.apply(to: body, index: index)
    }

    /// Calls `visit` with each part of each content, and the content, until it answers `false`.
    static func forEachPart(_ index: JSONIndex, _ bytes: RawSpan, _ visit: (_ part: JSONSlice, _ content: JSONSlice) -> Bool) {
        let request = index.root.google("request", in: bytes) ?? index.root
        var goesOn = true
        request.google("contents", in: bytes)?.forEachListed(in: bytes) { content in
            content.google("parts", in: bytes)?.forEachListed(in: bytes) { part in
                goesOn = part.kind != .object || visit(part, content)
                return goesOn
            }
            return goesOn
        }
    }

    /// Behind a beginning of the model's.
    private static func askToContinue(_ request: JSONSlice, _ bytes: RawSpan, _ edits: inout BodyEdits) {
        var last: JSONSlice?
        guard let contents = request.google("contents", in: bytes), contents.kind == .array else { return }
        contents.forEachElement(in: bytes) { content in
            last = content
            return true
        }
        guard let last, last.google("role", in: bytes)?.equals("model", in: bytes) == true else { return }
        edits.insert(#",{"role":"user","parts":[{"text":"\#(ContinuationPrompt.general)"}]}"#, at: last.end)
    }

    /// By the names that `Repair.droppable` has, whatever Google calls them. Google names no single penalty, so both go.
    private static func drop(_ name: String, _ request: JSONSlice, _ bytes: RawSpan, _ edits: inout BodyEdits) {
        guard Repair.droppable.contains(name) else { return }
        func dropMembers(_ object: JSONSlice?, _ names: StaticString...) {
            guard let object else { return }
            edits.dropMembers(of: object, in: bytes) { key, _ in names.contains { GoogleName.reads(key, $0, in: bytes) } }
        }
        let config = request.google("generationConfig", in: bytes)
        switch name {
        case "temperature": dropMembers(config, "temperature")
        case "top_p": dropMembers(config, "topP")
        case "top_k": dropMembers(config, "topK")
        case "seed": dropMembers(config, "seed")
        case "presence_penalty", "frequency_penalty": dropMembers(config, "presencePenalty", "frequencyPenalty")
        case "thinking", "reasoning", "reasoning_effort": dropMembers(config, "thinkingConfig")
        case "thinking_budget": dropMembers(config?.google("thinkingConfig", in: bytes), "thinkingBudget")
        case "service_tier": dropMembers(request, "serviceTier")
        case "store": dropMembers(request, "store")
        case "metadata": dropMembers(request, "labels")
        default: break
        }
    }

    private static func useBudget(_ request: JSONSlice, _ bytes: RawSpan, _ edits: inout BodyEdits) {
        guard let config = thinkingConfig(request, bytes), let level = config.google("thinkingLevel", in: bytes)?.string(in: bytes),
            let tokens = Reasoning(effort: Reasoning.Effort(rawValue: level.lowercased())).tokens
        else { return }
        replace("thinkingLevel", with: "\"thinkingBudget\":\(tokens)", unless: "thinkingBudget", in: config, bytes, &edits)
    }

    private static func useLevel(_ request: JSONSlice, _ bytes: RawSpan, _ edits: inout BodyEdits) {
        guard let config = thinkingConfig(request, bytes), let budget = config.google("thinkingBudget", in: bytes)?.googleInt(in: bytes)
        else { return }
        // What is left to the model needs no level.
        let level = budget == 0 ? "minimal" : Reasoning(budget: budget).level?.rawValue
        replace(
            "thinkingBudget", with: level.map { "\"thinkingLevel\":\"\($0)\"" }, unless: "thinkingLevel", in: config, bytes, &edits)
    }

    private static func thinkingConfig(_ request: JSONSlice, _ bytes: RawSpan) -> JSONSlice? {
        request.google("generationConfig", in: bytes)?.google("thinkingConfig", in: bytes)
    }

    /// One member as another, which may be there already.
    private static func replace(
        _ name: StaticString, with text: String?, unless other: StaticString, in object: JSONSlice, _ bytes: RawSpan,
        _ edits: inout BodyEdits
    ) {
        if let text, object.google(other, in: bytes) == nil {
            object.forEachMember(in: bytes) { key, value in
                if GoogleName.reads(key, name, in: bytes) { edits.replace(key.lowerBound - 1..<value.end, with: Array(text.utf8)) }
                return true
            }
        } else {
            edits.dropMembers(of: object, in: bytes) { key, _ in GoogleName.reads(key, name, in: bytes) }
        }
    }

    /// The first ones stay.
    private static func limitStops(to count: Int, _ request: JSONSlice, _ bytes: RawSpan, _ edits: inout BodyEdits) {
        guard count > 0, let stops = request.google("generationConfig", in: bytes)?.google("stopSequences", in: bytes) else { return }
        var (number, lastKept, end): (Int, Int, Int) = (0, stops.start + 1, stops.start + 1)
        stops.forEachElement(in: bytes) { element in
            number += 1
            if number <= count { lastKept = element.end }
            end = element.end
            return true
        }
        if number > count { edits.replace(lastKept..<end, with: []) }
    }
}
