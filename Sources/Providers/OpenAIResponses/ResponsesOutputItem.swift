// SPDX-License-Identifier: Apache-2.0
import JSON

/// The items of an output, as whole replies and the events of a stream have them alike. Texts come as they stand between a JSON
/// string's quotes.
enum ResponsesOutputItem {
    static func message(id: String, status: String, parts: [[UInt8]]) -> [UInt8] {
        var item: [UInt8] = []
        item.append(#"{"id":"\#(id)","type":"message","status":"\#(status)","role":"assistant","content":["#)
        for (position, part) in parts.enumerated() {
            if position > 0 { item.append(",") }
            item += part
        }
        item.append("]}")
        return item
    }

    /// - Parameters:
    ///   - annotations: Without brackets.
    ///   - logprobs: With brackets; empty: none were asked for.
    static func text(_ text: [UInt8], annotations: [UInt8] = [], logprobs: [UInt8] = []) -> [UInt8] {
        var part: [UInt8] = []
        part.append(#"{"type":"output_text","annotations":["#)
        part += annotations
        part.append(#"],"logprobs":"#)
        if logprobs.isEmpty { part.append("[]") } else { part += logprobs }
        part.append(#","text":""#)
        part += text
        part.append("\"}")
        return part
    }

    static func refusal(_ text: [UInt8]) -> [UInt8] {
        var part: [UInt8] = []
        part.append(#"{"type":"refusal","refusal":""#)
        part += text
        part.append("\"}")
        return part
    }

    /// - Parameters:
    ///   - summary: Its parts, each whole, joined by commas; empty: no thoughts are shown.
    ///   - state: Sealed, so that the reasoning can be told from OpenAI's own when it comes back. A seal is always there.
    static func reasoning(id: String, summary: [UInt8], state: ProviderState?, status: String? = nil) -> [UInt8] {
        reasoning(id: id, summary: summary, sealed: Seal.seal(state), status: status)
    }

    /// - Parameter thoughts: Where they were shown themselves: as `summary`.
    static func reasoning(
        id: String, summary: [UInt8] = [], thoughts: [UInt8] = [], sealed: String, status: String? = nil
    ) -> [UInt8] {
        var item: [UInt8] = []
        item.append(#"{"id":"\#(id)","type":"reasoning","summary":["#)
        item += summary
        if !thoughts.isEmpty {
            item.append(#"],"content":["#)
            item += thoughts
        }
        item.append(#"],"encrypted_content":"\#(sealed)""#)
        if let status { item.append(#","status":"\#(status)""#) }
        item.append("}")
        return item
    }

    static func summary(_ text: [UInt8]) -> [UInt8] {
        var part: [UInt8] = []
        part.append(#"{"type":"summary_text","text":""#)
        part += text
        part.append("\"}")
        return part
    }

    static func thought(_ text: [UInt8]) -> [UInt8] {
        var part: [UInt8] = []
        part.append(#"{"type":"reasoning_text","text":""#)
        part += text
        part.append("\"}")
        return part
    }

    struct Call {
        var id: String
        var callID: String
        var name: String
        var isFreeForm: Bool
    }

    static func call(_ call: Call, status: String, arguments: [UInt8]) -> [UInt8] {
        var item: [UInt8] = []
        item.append(
            #"{"id":"\#(call.id)","type":"\#(call.isFreeForm ? "custom_tool_call" : "function_call")","status":"\#(status)","call_id":"#)
        item.quote(call.callID)
        item.append(#","name":"#)
        item.quote(call.name)
        item.append(call.isFreeForm ? #","input":""# : #","arguments":""#)
        item += arguments
        item.append("\"}")
        return item
    }

    /// - Parameter data: Base64.
    static func image(id: String, status: String, data: String?, type: String) -> [UInt8] {
        var item: [UInt8] = []
        item.append(#"{"id":"\#(id)","type":"image_generation_call","status":"\#(status)","result":"#)
        item.quote(data)
        if type.hasPrefix("image/") { item.append(#","output_format":"\#(type.dropFirst(6).filter { $0.isLetter || $0.isNumber })""#) }
        item.append("}")
        return item
    }

    /// `text` as it stands between the quotes of a JSON string.
    static func escaped(_ text: String) -> [UInt8] {
        var bytes: [UInt8] = []
        escape(text, into: &bytes)
        return bytes
    }

    static func escape(_ text: String, into output: inout [UInt8]) {
        let start = output.count
        output.quote(text)
        output.removeLast()
        output.remove(at: start)
    }
}
