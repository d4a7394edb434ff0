// SPDX-License-Identifier: Apache-2.0
import Failover
import HTTP

/// What the headers of a reply, good or bad, say of the windows that its credential has at its provider. Pure.
///
/// | headers | of | read from |
/// | --- | --- | --- |
/// | `anthropic-ratelimit-unified-<window>-utilization` (0 to 1), `-reset` (seconds since 1970, or RFC 3339) | Claude subscriptions; windows `5h`, `7d`, `7d_oi` | anthropics/claude-code#12829 and #27508, lidge-jun/opencodex#3809 |
/// | `anthropic-ratelimit-<what>-limit`, `-remaining`, `-reset` (RFC 3339) | Anthropic's API; `requests`, `tokens`, `input-tokens`, `output-tokens` | docs.anthropic.com/en/api/rate-limits |
/// | `x-codex-primary-used-percent`, `-window-minutes`, `-reset-at` or `-reset-after-seconds`; the same of `secondary` | ChatGPT subscriptions | openai/codex, `codex-rs/codex-api/src/rate_limits.rs` |
/// | `x-ratelimit-limit-<what>`, `-remaining-…`, `-reset-…` | OpenAI, Groq (`requests`, `tokens`), Cerebras (`requests-day`, `tokens-minute`) | the providers' pages on rate limits |
///
/// All read on 2026-11-21.
public enum QuotaHeaders {
    /// Windows of one reply at most.
    public static let limit = 16

    /// Whether any of these may be among `headers`: what is looked at for each reply.
    public static func areIn(_ headers: Headers) -> Bool {
        headers.hasName(beginning: "x-ratelimit-") || headers.hasName(beginning: "x-codex-")
            || headers.hasName(beginning: "anthropic-ratelimit-")
    }

    /// The windows that `headers` tell of, and whose they are; none: they tell of none.
    ///
    /// - Parameter now: When they came.
    public static func read(_ headers: Headers, at now: Timestamp) -> (scope: QuotaScope, windows: [QuotaWindow]) {
        var parts = Parts(now: now)
        headers.forEach { name, value in
            if value.utf8.count <= 64, name.utf8.count <= 80 { parts.take(name.lowercased(), value) }
        }
        if !parts.shares.isEmpty { return (.credential, parts.shares) }
        return (.model, parts.counts)
    }

    private struct Part {
        var name: String
        var used: Double?
        var minutes: Double?
        var limit: Double?
        var remaining: Double?
        var reset: Duration?
    }

    private struct Parts {
        let now: Timestamp
        /// Subscriptions', in shares.
        private var subscription: [Part] = []
        private var counted: [Part] = []

        init(now: Timestamp) { self.now = now }

        mutating func take(_ name: String, _ value: String) {
            if let rest = Self.rest(of: name, after: "anthropic-ratelimit-unified-") {
                takeUnified(rest, value)
            } else if let rest = Self.rest(of: name, after: "x-codex-") {
                takeCodex(rest, value)
            } else if let rest = Self.rest(of: name, after: "anthropic-ratelimit-") {
                for ending in ["-limit", "-remaining", "-reset"] where rest.hasSuffix(ending) {
                    count(String(rest.dropLast(ending.count)), ending, value)
                }
            } else if let rest = Self.rest(of: name, after: "x-ratelimit-") {
                for beginning in ["limit-", "remaining-", "reset-"] where rest.hasPrefix(beginning) {
                    count(String(rest.dropFirst(beginning.count)), "-" + beginning.dropLast(), value)
                }
            }
        }

        private static func rest(of name: String, after prefix: String) -> Substring? {
            name.hasPrefix(prefix) ? name.dropFirst(prefix.count) : nil
        }

        private mutating func takeUnified(_ rest: Substring, _ value: String) {
            for ending in ["-utilization", "-reset"] where rest.hasSuffix(ending) {
                let window = String(rest.dropLast(ending.count))
                // What is paid for beyond the plan is no window.
                guard window.first?.isNumber == true, let place = Self.place(of: window, in: &subscription) else { return }
                subscription[place].minutes = Self.minutes(of: window)
                if ending == "-reset" {
                    subscription[place].reset = reset(value)
                } else {
                    subscription[place].used = ResetTime.number(value).map { $0 * 100 }
                }
            }
        }

        private mutating func takeCodex(_ rest: Substring, _ value: String) {
            // Windows of single features stand between: `x-codex-<feature>-primary-…`.
            for window in ["primary", "secondary"] where rest.hasPrefix(window + "-") {
                let what = rest.dropFirst(window.count + 1)
                let known = ["used-percent", "window-minutes", "reset-at", "reset-after-seconds", "resets-in-seconds"]
                guard known.contains(String(what)), let place = Self.place(of: window, in: &subscription) else { return }
                switch what {
                case "used-percent": subscription[place].used = ResetTime.number(value)
                case "window-minutes": subscription[place].minutes = ResetTime.number(value)
                case "reset-at":
                    subscription[place].reset = ResetTime.read(value, nowMilliseconds: now.milliseconds, isDate: true)
                default: if subscription[place].reset == nil { subscription[place].reset = reset(value) }
                }
            }
        }

        private mutating func count(_ name: String, _ what: String, _ value: String) {
            guard !name.isEmpty, let place = Self.place(of: name, in: &counted) else { return }
            switch what {
            case "-limit": counted[place].limit = ResetTime.number(value)
            case "-remaining": counted[place].remaining = ResetTime.number(value)
            default: counted[place].reset = reset(value)
            }
        }

        private func reset(_ value: String) -> Duration? { ResetTime.read(value, nowMilliseconds: now.milliseconds) }

        /// - Returns: `nil`: there are as many as are kept.
        private static func place(of name: String, in parts: inout [Part]) -> Int? {
            if let known = parts.firstIndex(where: { $0.name == name }) { return known }
            guard parts.count < QuotaHeaders.limit else { return nil }
            parts.append(Part(name: name))
            return parts.count - 1
        }

        /// `5h`, `7d`, `7d_oi`.
        private static func minutes(of window: String) -> Double? {
            let digits = window.prefix { $0.isASCII && $0.isNumber }
            guard let number = Double(digits), number > 0, let unit = window.dropFirst(digits.count).first else { return nil }
            switch unit {
            case "m": return number
            case "h": return number * 60
            case "d": return number * 1440
            default: return nil
            }
        }

        // MARK: As windows

        /// A plan without such a window has it with no minutes.
        var shares: [QuotaWindow] {
            subscription.compactMap { part in
                guard let used = part.used, part.minutes != 0 else { return nil }
                let length = part.minutes.flatMap(Self.length)
                // A window of one family of models says which behind its length.
                let kind = part.name.firstIndex(of: "_").map { " " + part.name[$0...].dropFirst() } ?? ""
                return QuotaWindow(
                    name: (length.map(QuotaWindow.name) ?? part.name) + kind, length: length, usedPercent: used,
                    resetsAt: part.reset.map { now + $0 })
            }.sorted { ($0.length ?? .zero, $0.name) < ($1.length ?? .zero, $1.name) }
        }

        /// Azure says -1 for what does not count.
        var counts: [QuotaWindow] {
            counted.compactMap { part in
                guard let limit = part.limit, let remaining = part.remaining, limit > 0, remaining >= 0, limit < 1e15, remaining < 1e15
                else { return nil }
                let (name, length) = Self.counted(part.name)
                return QuotaWindow(
                    name: name, length: length, usedPercent: (1 - remaining / limit) * 100, limit: Int(limit), remaining: Int(remaining),
                    resetsAt: part.reset.map { now + $0 })
            }
        }

        private static func length(_ minutes: Double) -> Duration? {
            minutes > 0 && minutes <= 600_000 ? .milliseconds(Int64(minutes * 60_000)) : nil
        }

        /// `requests-day` as `requests per day`.
        private static func counted(_ name: String) -> (String, Duration?) {
            for (ending, seconds) in [("minute", 60), ("hour", 3600), ("day", 86_400)] where name.hasSuffix("-" + ending) {
                return ("\(name.dropLast(ending.count + 1)) per \(ending)", .seconds(seconds))
            }
            return (name.replacing("-", with: " "), nil)
        }
    }
}

extension QuotaWindow {
    /// `5h`, `168h`, `45m`: hours where they are whole, as OpenClaw shows them.
    public static func name(of length: Duration) -> String {
        let minutes = length.components.seconds / 60
        return minutes % 60 == 0 && minutes > 0 ? "\(minutes / 60)h" : "\(minutes)m"
    }
}
