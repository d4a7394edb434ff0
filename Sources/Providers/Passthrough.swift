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
            var name: [UInt8] = []
            JSONWriter.quote(model, into: &name)
            patch.replace(old.range, with: name)
        }
        if let member = index.member(dropped, in: bytes), member.value.kind == .array { patch.drop(member) }
        for (key, value) in added { patch.add(key: key, value: JSONWriter.compact(value)) }
        return patch.apply(to: bytes, index: index)
    }
}
