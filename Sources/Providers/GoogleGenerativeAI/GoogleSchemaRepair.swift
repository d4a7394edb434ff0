// SPDX-License-Identifier: Apache-2.0
import JSON

/// Puts schemas into Google's own dialect: for models and servers that know neither `parametersJsonSchema` nor what JSON Schema has
/// beyond that dialect.
enum GoogleSchemaRepair {
    static func apply(_ request: JSONSlice, _ bytes: RawSpan, _ edits: inout BodyEdits) {
        request.google("tools", in: bytes)?.forEachListed(in: bytes) { tool in
            tool.google("functionDeclarations", in: bytes)?.forEachListed(in: bytes) { declaration in
                rewrite(declaration, "parametersJsonSchema", "parameters", bytes, &edits)
                return !edits.areTooMany
            }
            return !edits.areTooMany
        }
        if let config = request.google("generationConfig", in: bytes) {
            rewrite(config, "responseJsonSchema", "responseSchema", bytes, &edits)
        }
    }

    /// - Parameters:
    ///   - standard: The member for JSON Schema, which becomes the other.
    ///   - own: The member for the dialect, which stays if it is in it.
    private static func rewrite(
        _ object: JSONSlice, _ standard: StaticString, _ own: StaticString, _ bytes: RawSpan, _ edits: inout BodyEdits
    ) {
        let hasOwn = object.google(own, in: bytes) != nil
        var isDropped = false
        object.forEachMember(in: bytes) { key, value in
            let isStandard = GoogleName.reads(key, standard, in: bytes)
            guard value.kind == .object, isStandard || GoogleName.reads(key, own, in: bytes) else { return true }
            let old = JSONFragment(value, in: bytes)
            let schema = GoogleSchema.dialect(old.value)
            if isStandard, hasOwn || isWithoutParameters(schema) {
                isDropped = true
            } else {
                let new = JSONFragment(schema)
                if isStandard {
                    edits.replace(key, with: Array("\(own)".utf8))
                    edits.replace(value.range, with: new.bytes)
                } else if new.value != old.value {
                    edits.replace(value.range, with: new.bytes)
                }
            }
            return !edits.areTooMany
        }
        if isDropped { edits.dropMembers(of: object, in: bytes) { key, _ in GoogleName.reads(key, standard, in: bytes) } }
    }

    /// The dialect has no object without properties: a function without parameters has no schema.
    private static func isWithoutParameters(_ schema: JSONValue) -> Bool {
        schema["properties"] == nil && schema["anyOf"] == nil && schema["type"]?.string ?? "OBJECT" == "OBJECT"
    }
}
