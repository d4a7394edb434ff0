// SPDX-License-Identifier: Apache-2.0
import Failover
import JSON

/// A line that describes no error: what is wrong with it, as a sentence that names the member.
public struct ErrorLineProblem: Error, Hashable, Sendable, CustomStringConvertible {
    public var message: String
    public var description: String { message }
}

extension ErrorLine {
    /// - Parameter line: One JSON object, without the line feed.
    public init(parsing line: [UInt8]) throws(ErrorLineProblem) {
        guard line.count <= ErrorLine.limit else {
            throw ErrorLineProblem(message: "The line is longer than \(ErrorLine.limit) bytes.")
        }
        let value: JSONValue
        do {
            value = try JSONValue.parse(line, limits: JSONLimits(depth: 64))
        } catch {
            throw ErrorLineProblem(message: "The line is not JSON: \(error.message) at column \(error.column).")
        }
        guard case .object(let members) = value else {
            throw ErrorLineProblem(message: "The line is no JSON object, such as {\"status\":402,\"message\":\"…\"}.")
        }
        try self.init(members)
    }

    private init(_ members: JSONObject) throws(ErrorLineProblem) {
        self.init()
        func text(_ key: String) throws(ErrorLineProblem) -> String? {
            switch members[key] {
            case .string(let text)?: return text
            case .number(let number)?: return number.text
            case nil, .null?: return nil
            case .bool?, .array?, .object?: throw ErrorLineProblem(message: "`\(key)` is not text.")
            }
        }
        id = try text("id")
        provider = try text("provider").map { ProviderID(rawValue: $0) }
        model = try text("model")
        code = try text("code")
        type = try text("type")
        message = try text("message")
        param = try text("param")
        if let text = try text("status") {
            guard let number = Int(text), (100...999).contains(number) else {
                throw ErrorLineProblem(message: "`status` is no HTTP status (100 to 999).")
            }
            status = number
        }
        switch members["body"] {
        case .string(let text)?: body = text
        case .object?, .array?: body = members["body"].map(JSONWriter.string)
        case nil, .null?: break
        case .bool?, .number?: throw ErrorLineProblem(message: "`body` is neither text nor JSON.")
        }
        if let wire = try text("wire") {
            guard ErrorLine.wires.contains(wire) else {
                throw ErrorLineProblem(message: "`wire` is none of \(ErrorLine.wires.joined(separator: ", ")).")
            }
            self.wire = wire
        }
        if let name = try text("transport") {
            guard let fault = TransportFault(named: name) else {
                throw ErrorLineProblem(message: "`transport` is none of \(TransportFault.names.joined(separator: ", ")).")
            }
            transport = fault
        }
        headers = try ErrorLine.headers(members["headers"])
    }

    private static func headers(_ value: JSONValue?) throws(ErrorLineProblem) -> [String: String] {
        var headers: [String: String] = [:]
        switch value {
        case nil, .null?: return headers
        case .object(let members)?:
            guard members.count <= 256 else { throw ErrorLineProblem(message: "`headers` has more than 256 members.") }
            for (name, value) in members.members {
                switch value {
                case .string(let text): headers[name] = text
                case .number(let number): headers[name] = number.text
                case .null: continue
                case .bool, .array, .object: throw ErrorLineProblem(message: "`headers.\(name.prefix(64))` is not text.")
                }
            }
            return headers
        case .bool?, .number?, .string?, .array?: throw ErrorLineProblem(message: "`headers` is no object of names and texts.")
        }
    }
}

extension TransportFault {
    /// What people may write for a fault, one name each.
    public static let names = [
        "dns", "refused", "unreachable", "tls", "reset", "connect_timeout", "first_token_timeout", "idle_timeout", "plain_timeout",
        "request_deadline", "closed_early", "reset_early", "short_body", "malformed", "empty_reply", "too_large", "other",
    ]

    /// - Parameter name: One of `names`, or what operating systems call it, such as `ECONNREFUSED`.
    public init?(named name: String) {
        switch name.lowercased() {
        case "dns", "enotfound", "eai_again": self = .dns
        case "refused", "econnrefused": self = .refused
        case "unreachable", "enetunreach", "ehostunreach", "enetdown", "ehostdown": self = .unreachable
        case "tls": self = .tls("handshake")
        case "reset", "econnreset", "epipe": self = .reset(reused: false)
        case "connect_timeout", "etimedout": self = .connectTimeout
        case "first_token_timeout", "timeout": self = .firstTokenTimeout
        case "idle_timeout": self = .idleTimeout
        case "plain_timeout": self = .plainTimeout
        case "request_deadline": self = .requestDeadline
        case "closed_early": self = .closedEarly
        case "reset_early": self = .resetEarly
        case "short_body": self = .shortBody
        case "malformed": self = .malformed("")
        case "empty_reply": self = .emptyReply
        case "too_large": self = .tooLarge
        case "other": self = .other("")
        default: return nil
        }
    }
}
