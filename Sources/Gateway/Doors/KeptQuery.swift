// SPDX-License-Identifier: Apache-2.0
import HTTP
import Providers

/// What the query of a request for a kept reply says, in the API's own words.
struct KeptQuery {
    /// `stream=true`: the reply is to be told as a stream,
    var streaming = false
    /// from behind the event of this number on.
    var startingAfter: Int?
    var page = ResponsesInputItems.Page()
    /// For the reply's maker: as it came, without what is meant for the gateway.
    var upstream: String?

    /// - Throws: 400 for what the API would not take either.
    init(_ head: RequestHead, _ action: ResponsesDoor.Action) throws(WireError) {
        upstream = PercentEncoding.query(head.query) { name in
            let name = name.lowercased()
            return name == "key" || name.hasPrefix("x-understudy")
        }
        func value(_ name: String) -> String? {
            PercentEncoding.value(of: name, in: head.query).flatMap { $0.isEmpty ? nil : $0 }
        }
        switch action {
        case .read:
            switch value("stream")?.lowercased() {
            case "true", "1": streaming = true
            case "false", "0", nil: break
            default: throw Self.wrong("stream", "true or false")
            }
            if let text = value("starting_after") {
                guard let number = Int(text), number >= 0 else { throw Self.wrong("starting_after", "the number of an event, from 0") }
                startingAfter = number
            }
        case .inputItems:
            if let text = value("limit") {
                guard let limit = Int(text), (1...100).contains(limit) else { throw Self.wrong("limit", "a whole number from 1 to 100") }
                page.limit = limit
            }
            switch value("order") {
            case "asc": page.isAscending = true
            case "desc", nil: break
            default: throw Self.wrong("order", "asc or desc")
            }
            page.after = value("after")
        case .delete, .cancel: break
        }
    }

    static func wrong(_ name: String, _ expected: String) -> WireError {
        WireError(status: 400, message: "\(name) takes \(expected).", code: "invalid_value", param: name)
    }
}
