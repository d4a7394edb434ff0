// SPDX-License-Identifier: Apache-2.0
import HTTP
import JSON

/// By which headers and members providers say when to come back (docs/wire/openai-completions.md, "When to come back").
///
/// What says it outright (`Retry-After`, `resets_at`, Google's `RetryInfo`) comes first, the longest if there are several. Next
/// come windows whose remainder stands at 0, and last the words of the message.
public enum ResetHints {
    /// - Parameters:
    ///   - body: The error's, not a reply's.
    ///   - message: The upstream's words, for what stands nowhere else.
    ///   - nowMilliseconds: Since 1970, to read dates against.
    /// - Returns: Between zero and `ResetTime.longest`; `nil` if nobody said.
    public static func read(headers: Headers, body: JSONValue?, message: String? = nil, nowMilliseconds: Int64) -> Duration? {
        let outright = [retryAfter(headers, nowMilliseconds), member(of: body, nowMilliseconds)].compactMap { $0 }.max()
        if let outright, outright > .zero { return outright }
        let windows = [exhausted(headers, nowMilliseconds), exhausted(quotedHeaders(in: body), nowMilliseconds)].compactMap { $0 }.max()
        return windows ?? outright ?? message.flatMap { ResetTime.words($0) ?? ResetClock.words($0, nowMilliseconds: nowMilliseconds) }
    }

    /// Whether `Retry-After` or its kin is there and can be read.
    public static func isRetryAfterGiven(_ headers: Headers) -> Bool { retryAfter(headers, 0) != nil }

    private static func retryAfter(_ headers: Headers, _ now: Int64) -> Duration? {
        if let text = headers["retry-after-ms"], let number = ResetTime.number(text) {
            return ResetTime.bounded(milliseconds: number)
        }
        guard let text = headers["retry-after"] else { return nil }
        if let wait = ResetTime.read(text, nowMilliseconds: now) { return wait }
        return text.contains(" ") ? RetryAfter.parse(text, nowMilliseconds: now).map(ResetTime.bounded) : nil
    }

    // MARK: Windows

    /// A limit with a remainder and a reset, such as `x-ratelimit-*-tokens` or `anthropic-ratelimit-requests-*`.
    private struct Window {
        var name: String
        var isExhausted = false
        var reset: Duration?
    }

    /// The longest wait among the windows that stand at 0. Azure's `-1` means that it does not count.
    private static func exhausted(_ headers: Headers, _ now: Int64) -> Duration? {
        var windows: [Window] = []
        func note(_ name: String, _ value: String) {
            guard let (window, part) = window(of: name.lowercased()), windows.count < 32 else { return }
            let position = windows.firstIndex { $0.name == window } ?? windows.count
            if position == windows.count { windows.append(Window(name: window)) }
            switch part {
            case .remaining: if ResetTime.number(value) == 0 { windows[position].isExhausted = true }
            case .used: if let percent = ResetTime.number(value), percent >= 100 { windows[position].isExhausted = true }
            case .status: if value.lowercased() == "rejected" { windows[position].isExhausted = true }
            case .reset: windows[position].reset = ResetTime.read(value, nowMilliseconds: now)
            }
        }
        headers.forEach(note)
        return windows.compactMap { $0.isExhausted ? $0.reset : nil }.max()
    }

    private enum Part { case remaining, used, status, reset }

    /// Which window a header is about, and what it says of it; `nil` for other headers.
    private static func window(of name: String) -> (window: String, part: Part)? {
        for (prefix, part) in [("ratelimit-remaining", Part.remaining), ("ratelimit-reset", .reset)] {
            let bare = name.hasPrefix("x-") ? name.dropFirst(2) : name[...]
            if bare.hasPrefix(prefix) { return ("ratelimit" + bare.dropFirst(prefix.count), part) }
        }
        for (prefix, endings) in [
            ("anthropic-ratelimit-", [("-remaining", Part.remaining), ("-status", .status), ("-reset", .reset)]),
            ("x-codex-", [("-used-percent", .used), ("-reset-after-seconds", .reset)]),
        ] where name.hasPrefix(prefix) {
            for (ending, part) in endings where name.hasSuffix(ending) {
                return (String(name.dropLast(ending.count)), part)
            }
        }
        return nil
    }

    /// OpenRouter quotes the headers of the host behind it in `error.metadata.headers`.
    private static func quotedHeaders(in body: JSONValue?) -> Headers {
        var headers = Headers()
        guard case .object(let quoted)? = body?["error"]?["metadata"]?["headers"] else { return headers }
        for (name, value) in quoted.members.prefix(32) {
            guard let text = value.string ?? value.double.map({ "\($0)" }), isPlain(name), isPlain(text) else { continue }
            headers.append(name, text)
        }
        return headers
    }

    private static func isPlain(_ text: String) -> Bool {
        !text.isEmpty && text.utf8.count <= 128 && text.utf8.allSatisfy { $0 >= 0x20 && $0 < 0x7F }
    }

    // MARK: Members

    /// The longest wait that the error's own members tell. Only members that errors are made of are entered, so that nothing
    /// of the request, which validation errors quote, is taken for the provider's word.
    private static func member(of body: JSONValue?, _ now: Int64) -> Duration? {
        var waits: [Duration] = []
        func enter(_ value: JSONValue, _ depth: Int) {
            guard depth <= 5, waits.count < 32 else { return }
            switch value {
            case .array(let elements): for element in elements.prefix(16) { enter(element, depth + 1) }
            case .object(let object):
                for (key, value) in object.members.prefix(64) {
                    if let wait = wait(key, value, now) { waits.append(wait) }
                    if containers.contains(key) { enter(value, depth + 1) }
                }
            case .null, .bool, .number, .string: break
            }
        }
        if let body { enter(body, 0) }
        return waits.max()
    }

    private static let containers: Set<String> = ["error", "errors", "detail", "details", "metadata"]

    private static func wait(_ key: String, _ value: JSONValue, _ now: Int64) -> Duration? {
        switch key {
        case "resets_at", "reset_at", "resetsAt", "quotaResetTimeStamp":
            ResetTime.read(value.string ?? value.double.map { "\($0)" } ?? "", nowMilliseconds: now, isDate: true)
        case "resets_in_seconds", "retry_after", "retry_after_seconds", "retryAfter", "retryDelay", "quotaResetDelay", "estimated_time":
            value.double.map { ResetTime.bounded(milliseconds: $0 * 1000) }
                ?? value.string.flatMap { ResetTime.read($0, nowMilliseconds: now) }
        case "retry_after_ms": value.double.map { ResetTime.bounded(milliseconds: $0) }
        default: nil
        }
    }
}
