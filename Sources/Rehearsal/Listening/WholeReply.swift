// SPDX-License-Identifier: Apache-2.0
import Failover
import JSON
import Providers

extension Heard {
    /// What a client made of a reply that is no stream.
    ///
    /// - Parameter reply: The body; `null` where it is no JSON.
    public init(reply: JSONValue, status: Int, on wire: WireKind) {
        self.init()
        self.status = status
        guard reply.object != nil else {
            fault("the reply is no JSON object")
            return
        }
        let error = reply["error"] ?? .null
        if !error.isNull {
            self.error = error["message"]?.string ?? "?"
            if (200..<300).contains(status) { fault("an error under the status \(status)") }
            return
        }
        switch wire {
        case .openaiCompletions: readChat(reply)
        case .openaiResponses, .openaiCodexResponses: readResponses(reply)
        case .anthropicMessages: readMessages(reply)
        case .googleGenerativeAI, .googleGeminiCLI: readGoogle(reply)
        }
        isWhole = finish != nil && status == 200
        endCalls()
    }

    private mutating func readChat(_ reply: JSONValue) {
        let choice = reply["choices"]?[0] ?? .null
        let message = choice["message"] ?? .null
        name(reply["model"]?.string)
        text = message["content"]?.string ?? ""
        thinking = message["reasoning_content"]?.string ?? ""
        for call in message["tool_calls"]?.array ?? [] {
            add(call["id"], call["function"]?["name"], call["function"]?["arguments"]?.string)
        }
        finish = choice["finish_reason"]?.string
        count(reply["usage"]?["prompt_tokens"], reply["usage"]?["completion_tokens"])
    }

    private mutating func readResponses(_ reply: JSONValue) {
        name(reply["model"]?.string)
        for item in reply["output"]?.array ?? [] {
            switch item["type"]?.string {
            case "message": text += (item["content"]?.array ?? []).compactMap { $0["text"]?.string }.joined()
            case "reasoning":
                let pieces = (item["summary"]?.array ?? []) + (item["content"]?.array ?? [])
                thinking += pieces.compactMap { $0["text"]?.string }.joined()
            case "function_call": add(item["call_id"], item["name"], item["arguments"]?.string)
            default: fault("an item of the unknown type \(item["type"]?.string ?? "none")")
            }
        }
        finish = reply["status"]?.string
        count(reply["usage"]?["input_tokens"], reply["usage"]?["output_tokens"])
    }

    private mutating func readMessages(_ reply: JSONValue) {
        name(reply["model"]?.string)
        for block in reply["content"]?.array ?? [] {
            text += block["text"]?.string ?? ""
            thinking += block["thinking"]?.string ?? ""
            if block["type"] == "tool_use" { add(block["id"], block["name"], block["input"].map { JSONWriter.string($0) }) }
        }
        finish = reply["stop_reason"]?.string
        count(reply["usage"]?["input_tokens"], reply["usage"]?["output_tokens"])
    }

    private mutating func readGoogle(_ reply: JSONValue) {
        name(reply["modelVersion"]?.string)
        for part in reply["candidates"]?[0]?["content"]?["parts"]?.array ?? [] {
            let piece = part["text"]?.string ?? ""
            if part["thought"]?.bool == true { thinking += piece } else { text += piece }
            if let call = part["functionCall"] {
                calls.append(Call(id: call["id"]?.string ?? "", name: call["name"]?.string ?? "", arguments: Self.text(call["args"])))
            }
        }
        finish = reply["candidates"]?[0]?["finishReason"]?.string
        count(reply["usageMetadata"]?["promptTokenCount"], reply["usageMetadata"]?["candidatesTokenCount"])
    }

    private mutating func add(_ id: JSONValue?, _ name: JSONValue?, _ arguments: String?) {
        guard let id = id?.string, let name = name?.string, let arguments else { return fault("a call has no id, name or arguments") }
        calls.append(Call(id: id, name: name, arguments: arguments))
    }

    private static func text(_ value: JSONValue?) -> String { JSONWriter.string(value ?? [:]) }

    private mutating func count(_ input: JSONValue?, _ output: JSONValue?) {
        guard input != nil || output != nil else { return }
        usage = Usage(inputTokens: input?.int, outputTokens: output?.int)
    }
}
