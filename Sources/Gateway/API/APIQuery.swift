// SPDX-License-Identifier: Apache-2.0
import HTTP
import Providers

/// The query of an operator's request: decoded, and without a name that means nothing.
struct APIQuery {
    private let values: [String: String]

    /// - Parameters:
    ///   - names: What it may hold. Empty values count as none.
    ///   - what: What is asked for, for the message about another name.
    static func read(_ head: RequestHead, names: [String], of what: String) -> Result<APIQuery, WireError> {
        guard let given = PercentEncoding.names(in: head.query) else { return .failure(wrong("the query", "percent-encoded UTF-8")) }
        if let unknown = given.first(where: { !names.contains($0) }) {
            let name = String(unknown.prefix(64))
            let message = "\(name) is nothing that \(what) are asked by; these are: \(names.joined(separator: ", "))."
            return .failure(WireError(status: 400, message: message, code: "invalid_query", param: name))
        }
        var values: [String: String] = [:]
        for name in given {
            guard let value = PercentEncoding.value(of: name, in: head.query) else {
                return .failure(wrong(name, "percent-encoded UTF-8"))
            }
            if !value.isEmpty { values[name] = value }
        }
        return .success(APIQuery(values: values))
    }

    subscript(name: String) -> String? { values[name] }

    /// `nil` for what is no number within `range`.
    func number(_ name: String, in range: ClosedRange<Int>, otherwise: Int) -> Int? {
        guard let text = values[name] else { return otherwise }
        guard let number = Int(text), range.contains(number) else { return nil }
        return number
    }

    /// `true`, `1`, `false` or `0`; `nil` for anything else.
    func flag(_ name: String) -> Bool? {
        switch values[name] {
        case nil, "false"?, "0"?: false
        case "true"?, "1"?: true
        default: nil
        }
    }

    static func wrong(_ name: String, _ expected: String) -> WireError {
        WireError(status: 400, message: "\(name) takes \(expected).", code: "invalid_query", param: name)
    }
}
