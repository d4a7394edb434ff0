// SPDX-License-Identifier: Apache-2.0
import JSON

/// Parts for clients of this wire.
extension GoogleParts {
    static func append(text: String, isThought: Bool = false, signature: String? = nil, to output: inout [UInt8]) {
        output.comma()
        output.append("{")
        output.member("text", text)
        if isThought { output.member("thought", true) }
        if let signature { output.member("thoughtSignature", signature) }
        output.append("}")
    }

    static func append(_ call: ToolCall, to output: inout [UInt8]) {
        output.comma()
        output.append(#"{"functionCall":{"#)
        output.member("id", call.id)
        output.member("name", call.name)
        output.member("args", call.argumentsObject.onOneLine)
        output.append("}")
        if let state = call.state { output.member("thoughtSignature", Seal.seal(state)) }
        output.append("}")
    }

    static func append(_ media: Media, to output: inout [UInt8]) {
        let mark = output.count
        output.comma()
        output.append("{")
        if GoogleMedia.append(media, to: &output) == nil {
            output.append("}")
        } else {
            output.removeSubrange(mark...)
        }
    }
}
