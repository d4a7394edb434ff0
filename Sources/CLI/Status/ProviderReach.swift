// SPDX-License-Identifier: Apache-2.0
import Configuration
import Failover
import HTTP
import JSON
import Providers
import Telemetry
import Transport

/// Whether a provider's endpoint can be reached from this machine: its name, its certificate, an answer in HTTP. Nothing is sent but a
/// plain `GET` without a key, so that nothing is spent.
struct ProviderReach: Hashable, Sendable {
    var provider: String
    var url: String
    /// On this machine or in a private network.
    var isLocal: Bool
    /// The step that failed: `dns`, `connect`, `tls`, `http`; `nil`: it answered.
    var failed: String?
    /// Why it failed.
    var why: String = ""
    /// Of its answer, whatever it was.
    var status: Int?
    var milliseconds: Int
    /// How far this machine's clock is ahead of the answer's `Date`, in seconds; negative: behind.
    var clockAhead: Int?
    /// The variable that names a proxy, where one is used.
    var proxy: String?

    /// Asks all at once, eight at a time.
    ///
    /// - Parameter limit: For each.
    static func ask(
        _ providers: [(ProviderID, BaseURL)], environment: [String: String], limit: Duration = .seconds(5)
    ) async -> [ProviderReach] {
        await withTaskGroup(of: (Int, ProviderReach).self) { group in
            var results = [ProviderReach?](repeating: nil, count: providers.count)
            var next = 0
            func begin() {
                guard next < providers.count else { return }
                let (index, entry) = (next, providers[next])
                next += 1
                group.addTask {
                    let asked = await LogReader.offLoop { one(entry.0, entry.1, environment: environment, limit: limit) }
                    return (index, asked ?? ProviderReach(unasked: entry.0, entry.1))
                }
            }
            for _ in 0..<8 { begin() }
            while let (index, result) = await group.next() {
                results[index] = result
                begin()
            }
            return results.compactMap { $0 }
        }
    }

    /// Blocks.
    private static func one(_ id: ProviderID, _ url: BaseURL, environment: [String: String], limit: Duration) -> ProviderReach {
        let clock = ContinuousClock()
        let began = clock.now
        func elapsed() -> Int { Int((clock.now - began) / .milliseconds(1)) }
        let proxy = url.isLocal ? nil : proxy(for: url.scheme, environment)
        var reach = ProviderReach(provider: id.rawValue, url: url.description, isLocal: url.isLocal, milliseconds: 0, proxy: proxy)
        do throws(BlockingHTTP.Failure) {
            let reply = try BlockingHTTP.request(
                url: url.description, headers: ["accept": "application/json"], timeout: limit, limit: 8 << 20, bypassesProxy: proxy == nil)
            reach.status = reply.status
            reach.clockAhead = reply.headers["date"].flatMap { seconds($0) }.map { Int(HostFacts.nowMilliseconds() / 1000 - $0) }
        } catch {
            reach.failed = error.step.rawValue
            reach.why = error.step == .dns && proxy == nil ? "no address for \(url.host): \(error.message)" : error.message
        }
        reach.milliseconds = elapsed()
        return reach
    }

    /// Seconds since 1970 of `Sat, 21 Nov 2026 15:20:00 GMT` (RFC 9110 §5.6.7, the form that is written today).
    static func seconds(_ date: String) -> Int64? {
        let months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
        let parts = date.split(separator: " ").map(String.init)
        guard parts.count == 6, parts[5] == "GMT", let month = months.firstIndex(of: parts[2]) else { return nil }
        let number = month < 9 ? "0\(month + 1)" : "\(month + 1)"
        return LogTime.milliseconds("\(parts[3])-\(number)-\(parts[1])T\(parts[4])Z".utf8).map { $0 / 1000 }
    }

    private static func proxy(for scheme: String, _ environment: [String: String]) -> String? {
        [scheme + "_proxy", (scheme + "_proxy").uppercased(), "all_proxy", "ALL_PROXY"].first {
            // libcurl takes http_proxy in small letters alone.
            $0 != "HTTP_PROXY" && !(environment[$0] ?? "").isEmpty
        }
    }

    /// One phrase for people.
    var text: String {
        let through = proxy.map { ", through $\($0)" } ?? ""
        if let failed { return "\(failed) failed after \(milliseconds) ms: \(why)\(through)" }
        return "reachable in \(milliseconds) ms (HTTP \(status ?? 0))\(through)"
    }

    var json: JSONValue {
        [
            "provider": .string(provider), "url": .string(url), "reachable": .bool(failed == nil),
            "failed": failed.map { .string($0) } ?? .null, "why": .string(why),
            "status": status.map { .number(JSONNumber($0)) } ?? .null, "ms": .number(JSONNumber(milliseconds)),
            "clockAheadSeconds": clockAhead.map { .number(JSONNumber($0)) } ?? .null,
            "proxy": proxy.map { .string($0) } ?? .null,
        ]
    }
}

extension ProviderReach {
    /// One that could not be asked.
    fileprivate init(unasked id: ProviderID, _ url: BaseURL) {
        self.init(
            provider: id.rawValue, url: url.description, isLocal: url.isLocal, failed: "http",
            why: "the system gives no thread to ask it on", milliseconds: 0)
    }
}

extension Settings {
    /// The providers that an agent's chain asks, each once, in the order of the chains.
    var providersInUse: [(ProviderID, BaseURL)] {
        var found: [(ProviderID, BaseURL)] = []
        for entry in agents.all.flatMap(\.chain) {
            let id = entry.model.ref.provider
            guard !found.contains(where: { $0.0 == id }), let provider = providers[id] else { continue }
            found.append((id, provider.baseURL))
        }
        return found
    }
}
