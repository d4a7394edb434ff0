// SPDX-License-Identifier: Apache-2.0
import JSON

/// A part's members by place, found in one pass (https://ai.google.dev/api/caching#Part).
struct GooglePart {
    private(set) var text, signature, functionCall, functionResponse, inlineData, fileData: JSONSlice?
    private(set) var isThought = false
    /// The name of something that nobody else has, such as `executableCode`.
    private(set) var foreign: Range<Int>?

    init(_ part: JSONSlice, in bytes: RawSpan) {
        part.forEachMember(in: bytes) { key, value in
            if value.kind != .null { keep(key, value, in: bytes) }
            return true
        }
    }

    private mutating func keep(_ key: Range<Int>, _ value: JSONSlice, in bytes: RawSpan) {
        func reads(_ name: StaticString) -> Bool { GoogleName.reads(key, name, in: bytes) }
        switch true {
        case reads("text"): text = value
        case reads("thought"): isThought = value.bool(in: bytes) ?? false
        case reads("thoughtSignature"): signature = value
        case reads("functionCall"): functionCall = value
        case reads("functionResponse"): functionResponse = value
        case reads("inlineData"): inlineData = value
        case reads("fileData"): fileData = value
        // They say more of what stands beside them.
        case reads("videoMetadata"), reads("mediaResolution"), reads("partMetadata"): break
        default: if value.kind == .object { foreign = key }
        }
    }

    /// `nil` where the model gave none.
    static func id(_ function: JSONSlice, in bytes: RawSpan) -> String? {
        guard let id = function.google("id", in: bytes)?.string(in: bytes), !id.isEmpty else { return nil }
        return id
    }

    /// Of a call, as JSON; a call without any has an empty object.
    static func arguments(_ call: JSONSlice, in bytes: RawSpan) -> String {
        guard let args = call.google("args", in: bytes) else { return "{}" }
        return bytes.extracting(args.range).withUnsafeBytes { String(decoding: $0, as: UTF8.self) }
    }
}
