// SPDX-License-Identifier: Apache-2.0
import JSON

/// Client and provider speak the same wire: the body goes through as the client wrote it, white space, order of members, unknown
/// members and the spelling of numbers included. Only the top level is patched.
enum Passthrough {
    /// - Parameters:
    ///   - index: Made from `body`.
    ///   - dropped: A member that is meant for the gateway. It goes if it is an array.
    ///   - added: Members that `body` does not have.
    static func body(
        _ body: [UInt8], index: JSONIndex, model: String, dropping dropped: StaticString, adding added: [(key: String, value: JSONValue)]
    ) -> [UInt8] {
        let bytes = body.span.bytes
        var patch = JSONPatch()
        if let old = index.value("model", in: bytes) {
            var text: [UInt8] = []
            JSONWriter.quote(model, into: &text)
            // What is added comes right after the model's name, since a member's place in its object means nothing.
            for (key, value) in added {
                text.append(UInt8(ascii: ","))
                JSONWriter.quote(key, into: &text)
                text.append(UInt8(ascii: ":"))
                text += JSONWriter.compact(value)
            }
            patch.replace(old.range, with: text)
        }
        if let member = index.member(dropped, in: bytes), member.value.kind == .array { patch.drop(member) }
        return patch.apply(to: bytes, index: index)
    }
}
