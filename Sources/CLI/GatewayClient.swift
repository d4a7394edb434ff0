// SPDX-License-Identifier: Apache-2.0
import HTTP
import JSON
import Transport

/// Asks a running gateway. Each call blocks until the answer, an error or the time limit.
struct GatewayClient: Sendable {
    /// Why there is no answer.
    enum Trouble: Error, Hashable, Sendable {
        /// Nobody listens at the address.
        case unreachable(String)
        /// Somebody listens, but did not answer in time or not in HTTP.
        case unanswered(String)
        /// An HTTP error: 401 for a wrong token, 404 for a thing that does not exist.
        case refused(status: Int, message: String)
        /// A success that is no JSON, or not what was asked for: another program has the port.
        case unreadable(String)
    }

    var address: GatewayAddress
    var timeout: Duration

    /// The gateway that a command line, the variables and the files of this machine point at.
    init(for context: CommandContext) {
        self.init(address: GatewayAddress.find(for: context, url: context.invocation.text(.url), token: context.invocation.text(.token)))
        if let milliseconds = context.invocation.number(.timeout) { timeout = .milliseconds(milliseconds) }
    }

    init(address: GatewayAddress, timeout: Duration = .seconds(5)) {
        self.address = address
        self.timeout = timeout
    }

    /// - Parameters:
    ///   - path: With its query, already percent-encoded.
    ///   - member: Holds an array in every answer; `nil`: the caller looks itself.
    ///   - accepting: Statuses whose body is the answer, beside 200.
    func get(_ path: String, holding member: String? = nil, accepting: Set<Int> = []) throws(Trouble) -> JSONValue {
        try Self.look(for: member, in: try ask(.get, path, body: nil, accepting: accepting))
    }

    /// Has something changed.
    ///
    /// - Parameters:
    ///   - path: Already percent-encoded.
    ///   - member: Holds an array in every answer; `nil`: the caller looks itself.
    func post(_ path: String, _ body: JSONValue?, holding member: String?) throws(Trouble) -> JSONValue {
        try Self.look(for: member, in: try ask(.post, path, body: body, accepting: []))
    }

    /// Other programs answer JSON too: what lacks the very thing that was asked for must not count as an empty answer.
    private static func look(for member: String?, in answer: JSONValue) throws(Trouble) -> JSONValue {
        if let member, answer[member]?.array == nil { throw .unreadable("its answer has no \(member)") }
        return answer
    }

    private func ask(_ method: HTTP.Method, _ path: String, body: JSONValue?, accepting: Set<Int>) throws(Trouble) -> JSONValue {
        var headers: Headers = ["accept": "application/json"]
        if body != nil { headers.set("content-type", "application/json") }
        if let token = address.token { headers.set("authorization", token.withExposed { "Bearer \($0)" }) }
        let reply: BlockingHTTP.Reply
        do {
            reply = try BlockingHTTP.request(
                method: method, url: address.url + path, headers: headers, body: body.map(JSONWriter.compact) ?? [], timeout: timeout)
        } catch {
            throw error.isUnreachable ? .unreachable(error.message) : .unanswered(error.message)
        }
        let value = try? JSONValue.parse(reply.body)
        guard reply.status == 200 || accepting.contains(reply.status) else {
            let said = value?["error"]?["message"]?.string ?? "it answered with status \(reply.status)"
            throw .refused(status: reply.status, message: SafeText.line(said))
        }
        guard let value else { throw .unreadable("the answer is not JSON") }
        return value
    }

    /// The same trouble as a command's failure.
    func failure(_ trouble: Trouble) -> CommandFailure {
        switch trouble {
        case .unreachable(let why):
            return CommandFailure(
                .unreachable, "no gateway listens at \(address.url): \(why)", hints: ["start it: understudy gateway run"])
        case .unanswered(let why):
            return CommandFailure(
                .unreachable, "the gateway at \(address.url) did not answer: \(why)", hints: ["wait longer: --timeout 30000"])
        case .refused(401, let message):
            return CommandFailure(
                .failed, "the gateway at \(address.url) refused the token (\(address.tokenOrigin)): \(message)", hints: [address.tokenHint])
        case .refused(_, let message): return CommandFailure(.failed, "the gateway at \(address.url) refused: \(message)")
        case .unreadable(let why):
            return CommandFailure(
                .failed, "what answers at \(address.url) is not an understudy gateway: \(why)",
                hints: ["is it another program's port? name the gateway's: --url"])
        }
    }
}
