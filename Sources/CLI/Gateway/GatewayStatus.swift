// SPDX-License-Identifier: Apache-2.0
import Failover
import JSON

/// `understudy gateway status`: is it up, can it answer, what is it doing.
struct GatewayStatusReport: Hashable, Sendable {
    enum State: Hashable, Sendable {
        /// `status` is `nil` when it refused our token; `detail` says so.
        case up(ready: Bool, notReady: String?, status: JSONValue?, detail: String?)
        /// Nobody listens, or who does is not a gateway that answers.
        case down(why: String)
    }

    var url: String
    /// Why `url` is a guess.
    var guess: String?
    var state: State
    /// Where the token is, in words.
    var token: String

    var exitStatus: ExitStatus {
        switch state {
        case .up: .fine
        case .down: .failed
        }
    }

    /// Three questions, each blocking until answered: is it alive, is it ready, what does it say of itself.
    static func ask(_ client: GatewayClient) -> GatewayStatusReport {
        var report = GatewayStatusReport(
            url: client.address.url, guess: client.address.guess, state: .down(why: ""), token: client.address.tokenOrigin)
        do throws(GatewayClient.Trouble) {
            guard try client.get("/health")["status"]?.string != nil else { throw .unreadable("it does not say its status") }
        } catch {
            report.state = .down(why: client.failure(error).message)
            return report
        }
        let readiness = try? client.get("/health/ready", accepting: [503])
        let isReady = readiness?["status"]?.string == "ready"
        let reason = [readiness?["reason"]?.string, readiness?["until"]?.int.flatMap(untilText)].compactMap { $0 }
        let notReady = isReady ? nil : (reason.isEmpty ? "it does not say why" : reason.joined(separator: ", "))
        do throws(GatewayClient.Trouble) {
            report.state = .up(ready: isReady, notReady: notReady, status: try client.get("/api/status"), detail: nil)
        } catch {
            report.state = .up(ready: isReady, notReady: notReady, status: nil, detail: client.failure(error).message)
        }
        return report
    }

    /// `nil` for what ends with no time of its own.
    private static func untilText(_ milliseconds: Int) -> String? {
        let time = Timestamp(milliseconds: Int64(milliseconds))
        return time < .distantFuture ? "until \(HostFacts.localTime(milliseconds: time.milliseconds))" : nil
    }

    /// The healthy lines have OpenClaw's words, for scripts that look for them.
    var text: String {
        var rows: [(String, String)] = []
        switch state {
        case .down(let why): rows = [("Runtime", "not running"), ("Connectivity probe", "failed: \(why)")]
        case .up(let ready, let notReady, let status, let detail):
            var facts: [String] = []
            if let pid = status?["pid"]?.int { facts.append("pid \(pid)") }
            if let version = status?["version"]?.string { facts.append("version \(version)") }
            if let seconds = status?["uptime_seconds"]?.int { facts.append("up \(Age.text(.seconds(seconds)))") }
            rows.append(("Runtime", facts.isEmpty ? "running" : "running (\(facts.joined(separator: ", ")))"))
            rows.append(("Connectivity probe", "ok (\(url))"))
            rows.append(("Ready", ready ? "yes" : "no: \(notReady ?? "")"))
            if let count = status?["in_flight"]?.int { rows.append(("Requests in flight", String(count))) }
            if let count = status?["blocks"]?.int {
                let credentials = status?["blocked_credentials"]?.array?.compactMap(\.string) ?? []
                let names = credentials.isEmpty ? "" : ": " + credentials.prefix(5).joined(separator: ", ")
                rows.append(("Blocked", count == 0 ? "nothing" : "\(count)\(names) (why: understudy models status)"))
            }
            if let status {
                let hash = status["config_hash"]?.string.map { " (hash \($0))" } ?? ""
                rows.append(("Config", status["config"]?.string.map { $0 + hash } ?? "none: the rehearsal provider plays"))
            }
            if let port = status?["port"]?.int { rows.append(("Port", String(port))) }
            if let folder = status?["state_folder"]?.string { rows.append(("State folder", folder)) }
            if let problem = status?["reload_problem"]?.string {
                rows.append(("Last reload", "failed, the settings before it are kept: \(problem)"))
            }
            if let detail { rows.append(("Details", "not shown: \(detail)")) }
        }
        if let guess { rows.append(("Address", "\(url); \(guess)")) }
        rows.append(("Token", token))
        return rows.map { "\($0.0): \($0.1)" }.joined(separator: "\n")
    }

    var json: JSONValue {
        var object: JSONObject = ["url": .string(url)]
        if let guess { object["guess"] = .string(guess) }
        switch state {
        case .down(let why):
            object["up"] = false
            object["reason"] = .string(why)
        case .up(let ready, let notReady, let status, let detail):
            object["up"] = true
            object["ready"] = .bool(ready)
            if let notReady { object["notReady"] = .string(notReady) }
            object["status"] = status ?? .null
            if let detail { object["detail"] = .string(detail) }
        }
        object["token"] = .string(token)
        return .object(object)
    }
}
