// SPDX-License-Identifier: Apache-2.0
import Failover
import HTTP
import Providers

extension FuzzEntry {
    /// A reply's headers, a line each, and then a page of usage: what they say of quotas is within bounds, whatever they say.
    static let quota = FuzzEntry(name: "quota") { bytes in
        var headers = Headers()
        for line in bytes.split(separator: 0x0A).prefix(256) {
            let parts = line.split(separator: UInt8(ascii: ":"), maxSplits: 1)
            guard parts.count == 2 else { continue }
            headers.append(String(decoding: parts[0], as: UTF8.self), String(decoding: parts[1], as: UTF8.self))
        }
        let now = Timestamp(milliseconds: 1_795_262_400_000)
        var windows = QuotaHeaders.read(headers, at: now).windows
        promise(windows.count <= QuotaHeaders.limit, "more windows than are kept")
        promise(windows.isEmpty || QuotaHeaders.areIn(headers), "windows of headers that are not looked at")
        for url in ["https://chatgpt.com/backend-api", "https://api.anthropic.com"] {
            guard let base = BaseURL(url) else { continue }
            let wire: WireKind = url.contains("chatgpt") ? .openaiCodexResponses : .anthropicMessages
            let provider = Provider(id: wire == .anthropicMessages ? "anthropic" : "codex", baseURL: base, wireName: wire.rawValue)
            windows += QuotaUsage(of: provider, kind: .oauth)?.windows(bytes, at: now) ?? []
        }
        for window in windows {
            promise((0...100).contains(window.usedPercent) && (0...100).contains(window.leftPercent), "a share beyond the whole")
            promise(!window.name.isEmpty, "a window without a name")
        }
    }
}
