// SPDX-License-Identifier: Apache-2.0
import Providers

/// Which part of a list of models a query asks for. A page is named by the model that it follows or comes before, so that a list which a
/// reload has changed meanwhile goes on where it was.
struct ModelsPage {
    var range: Range<Int>
    /// Further in the direction of the query.
    var hasMore: Bool

    /// `limit` (1 to 1000, 20), `after_id`, `before_id` (https://platform.claude.com/docs/en/api/models-list).
    static func anthropic(_ query: String?, names: [String]) throws(WireError) -> ModelsPage {
        let limit = try number("limit", in: query, else: 20)
        if let id = PercentEncoding.value(of: "before_id", in: query), !id.isEmpty {
            let end = try place(of: id, "before_id", in: names)
            let start = max(0, end - limit)
            return ModelsPage(range: start..<end, hasMore: start > 0)
        }
        var start = 0
        if let id = PercentEncoding.value(of: "after_id", in: query), !id.isEmpty { start = try place(of: id, "after_id", in: names) + 1 }
        return page(from: start, limit, names)
    }

    /// `pageSize` (1 to 1000, 50; more counts as 1000) and `pageToken` (https://ai.google.dev/api/models).
    static func gemini(_ query: String?, names: [String]) throws(WireError) -> ModelsPage {
        let limit = try number("pageSize", in: query, else: 50, isCapped: true)
        var start = 0
        if let id = PercentEncoding.value(of: "pageToken", in: query), !id.isEmpty {
            start = try place(of: id, "pageToken", in: names) + 1
        }
        return page(from: start, limit, names)
    }

    private static func page(from start: Int, _ limit: Int, _ names: [String]) -> ModelsPage {
        let end = min(names.count, start + limit)
        return ModelsPage(range: start..<end, hasMore: end < names.count)
    }

    private static func number(
        _ name: String, in query: String?, else usual: Int, isCapped: Bool = false
    ) throws(WireError) -> Int {
        guard let text = PercentEncoding.value(of: name, in: query), !text.isEmpty else { return usual }
        guard let number = Int(text), number >= (isCapped ? 0 : 1), isCapped || number <= 1000 else {
            throw WireError(status: 400, message: "\(name) takes a whole number from 1 to 1000.", code: "invalid_query", param: name)
        }
        return number == 0 ? usual : min(number, 1000)
    }

    private static func place(of id: String, _ name: String, in names: [String]) throws(WireError) -> Int {
        guard let place = names.firstIndex(of: id) else {
            throw WireError(status: 400, message: "\(name) takes the id of a model that is listed.", code: "invalid_query", param: name)
        }
        return place
    }
}
