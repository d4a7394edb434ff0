// SPDX-License-Identifier: Apache-2.0
import JSON

/// What a kept reply was asked, as the API lists it (`GET /v1/responses/{id}/input_items`): each item with an id, by which pages are named.
public struct ResponsesInputItems {
    /// Which part of the list.
    public struct Page: Hashable, Sendable {
        /// 1 to 100.
        public var limit = 20
        /// The id of the item before the page, in its order.
        public var after: String?
        /// From the first asked to the last; else the other way round, as the API has it by itself.
        public var isAscending = false

        public init() {}
    }

    /// - Parameters:
    ///   - input: A JSON array of items, as `ResponsesHistory.input` gave it.
    ///   - reply: The id of the reply, for the ids of items that have none.
    /// - Returns: The API's list; `nil` if `page.after` is the id of no item.
    public static func list(_ input: [UInt8], of reply: String, _ page: Page) -> [UInt8]? {
        let bytes = input.span.bytes
        var items: [(id: String, slice: JSONSlice)] = []
        if let root = try? JSONScanner.scan(bytes) {
            root.forEachElement(in: bytes) { item in
                guard item.kind == .object else { return true }
                items.append((id(of: item, items.count, reply, bytes), item))
                return true
            }
        }
        if !page.isAscending { items.reverse() }
        if let after = page.after {
            guard let place = items.firstIndex(where: { $0.id == after }) else { return nil }
            items.removeFirst(place + 1)
        }
        let shown = items.prefix(max(1, page.limit))
        var list: [UInt8] = []
        list.append(#"{"object":"list","data":["#)
        for (place, item) in shown.enumerated() {
            if place > 0 { list.append(",") }
            append(item.slice, item.id, bytes, &list)
        }
        list.append(#"],"first_id":"#)
        list.quote(shown.first?.id)
        list.append(#","last_id":"#)
        list.quote(shown.last?.id)
        list.append(#","has_more":\#(shown.count < items.count)}"#)
        return list
    }

    /// The client's own id, or one by the item's place that no provider gives out.
    private static func id(of item: JSONSlice, _ place: Int, _ reply: String, _ bytes: RawSpan) -> String {
        if let id = item.member("id", in: bytes)?.string(in: bytes), !id.isEmpty { return id }
        let kind =
            switch item.member("type", in: bytes)?.string(in: bytes) {
            case nil, "message": "msg"
            case "function_call": "fc"
            case "function_call_output": "fco"
            case "reasoning": "rs"
            default: "item"
            }
        let name = reply.hasPrefix("resp_") ? String(reply.dropFirst(5)) : reply
        return "\(kind)_\(ResponsesSeals.mark)_\(name)_in\(place)"
    }

    /// An item as the API shows it: a message says that it is one, has a status, and parts for its text.
    private static func append(_ item: JSONSlice, _ id: String, _ bytes: RawSpan, _ list: inout [UInt8]) {
        let isMessage =
            item.member("type", in: bytes).map { $0.equals("message", in: bytes) } ?? (item.member("role", in: bytes) != nil)
        list.append(#"{"id":"#)
        list.quote(id)
        if isMessage {
            list.append(#","type":"message""#)
            if item.member("status", in: bytes) == nil { list.append(#","status":"completed""#) }
        }
        item.forEachMember(in: bytes) { key, value in
            if JSONText.equals(key, "id", in: bytes) || isMessage && JSONText.equals(key, "type", in: bytes) { return true }
            list.append(",\"")
            bytes.extracting(key).withUnsafeBytes { list.append(contentsOf: $0) }
            list.append("\":")
            if isMessage, value.kind == .string, JSONText.equals(key, "content", in: bytes) {
                let isAssistants = item.member("role", in: bytes)?.equals("assistant", in: bytes) == true
                list.append(isAssistants ? #"[{"type":"output_text","annotations":[],"text":"# : #"[{"type":"input_text","text":"#)
                list += JSONFragment(value, in: bytes).bytes
                list.append("}]")
            } else {
                list += JSONFragment(value, in: bytes).bytes
            }
            return true
        }
        list.append("}")
    }
}
