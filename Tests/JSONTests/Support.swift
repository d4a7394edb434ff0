// SPDX-License-Identifier: Apache-2.0
import JSON

/// A repeatable source of chance (SplitMix64, Steele and others 2014), so that a failing seed names itself.
struct Seeded: RandomNumberGenerator {
    private var state: UInt64

    init(_ seed: UInt64) { state = seed }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }
}

func bytes(_ text: String) -> [UInt8] { Array(text.utf8) }

func text(_ bytes: [UInt8]) -> String { String(decoding: bytes, as: UTF8.self) }

/// Why the strict grammar refuses `document`, or `nil`.
func problem(_ document: [UInt8], limits: JSONLimits = .standard) -> JSONProblem? {
    do throws(JSONProblem) {
        _ = try JSONScanner.scan(document.span.bytes, limits: limits)
        return nil
    } catch {
        return error
    }
}

/// Why the index refuses `document`, or `nil`.
func indexProblem(_ document: [UInt8], limits: JSONLimits = .standard) -> JSONProblem? {
    do throws(JSONProblem) {
        _ = try JSONIndex(scanning: document.span.bytes, limits: limits)
        return nil
    } catch {
        return error
    }
}

/// Why the file is refused as JSON5, or `nil`.
func json5Problem(_ document: [UInt8], limits: JSONLimits = JSONLimits(depth: 64)) -> JSONProblem? {
    do throws(JSONProblem) {
        _ = try JSON5Document(document, limits: limits)
        return nil
    } catch {
        return error
    }
}

/// Documents as clients and providers send them.
enum Fixture {
    static let all = [chatRequest, streamEvent, anthropicReply, googleError, escapes, indented, otherScripts, numbers]

    static let chatRequest = bytes(
        #"{"model":"openai/gpt-5.5","stream":true,"messages":[{"role":"system","content":"Be brief.\n\"Very\"."},"#
            + #"{"role":"user","content":[{"type":"text","text":"What is in this picture?"},{"type":"image_url","image_url":"#
            + #"{"url":"data:image/png;base64,iVBORw0KGgo="}}]}],"temperature":0.70,"max_tokens":1024,"#
            + #""tools":[{"type":"function","function":{"name":"f","parameters":{"type":"object","properties":{}}}}],"x-own":null}"#)

    static let streamEvent = bytes(
        #"{"id":"chatcmpl-1","object":"chat.completion.chunk","created":1730000000,"model":"m","choices":[{"index":0,"#
            + #""delta":{"content":" hello"},"logprobs":null,"finish_reason":null}],"usage":null}"#)

    static let anthropicReply = bytes(
        #"{"id":"msg_1","type":"message","role":"assistant","content":[{"type":"text","text":"Hi"}],"stop_reason":"end_turn","#
            + #""stop_sequence":null,"usage":{"input_tokens":12,"output_tokens":6,"cache_read_input_tokens":0}}"#)

    static let googleError = bytes(
        "{\r\n  \"error\": {\r\n    \"code\": 429,\r\n    \"message\": \"Resource exhausted\",\r\n    \"status\": "
            + "\"RESOURCE_EXHAUSTED\",\r\n    \"details\": [ { \"retryDelay\": \"31s\" }, [ ] , { } ]\r\n  }\r\n}\r\n")

    static let escapes = bytes(
        #"{"\u006dodel":"\"\\\/\b\f\n\r\t\u0000\u00e9\u20ac\ud83d\ude00\ud800","a\nb":"","\\":"c:\\dir\\file","":[true,false]}"#)

    static let indented = bytes("\n\t{ \"a\" : [ 1 ,\n\t\t2 , {  } , [\n] ] ,\n                    \"b\" :\n\"c\" }  \n")

    static let otherScripts = bytes(#"{"城市":"東京は今日も雨です","emoji":"👩‍👩‍👧 und Grüße","עברית":["שלום","\u05d0"],"é":"e\u0301"}"#)

    static let numbers = bytes("[0,-0,1,-1,10,1.0,0.5,-0.25,1e3,1E+3,2e-3,1.5e300,123456789012345678901234567890,1e999,-1e-999]")
}
