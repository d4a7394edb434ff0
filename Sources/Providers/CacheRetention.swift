// SPDX-License-Identifier: Apache-2.0
import JSON

/// How long a provider is asked to keep a prompt's beginning ready, where a request asks by marks in it: `cacheRetention` among the
/// `params`, by OpenClaw's name. Nothing written leaves a client's marks as they are.
public enum CacheRetention: String, Hashable, Sendable, CaseIterable {
    /// No mark goes up.
    case none
    /// Marks without a time: five minutes.
    case short
    /// Marks with `ttl: "1h"`.
    case long

    /// What `params` say: `cacheRetention`, or OpenClaw's older `cacheControlTtl`, `5m` or `1h`. `nil`: nothing that is known.
    public init?(params: JSONObject?) {
        if let written = params?["cacheRetention"]?.string.flatMap(CacheRetention.init(rawValue:)) {
            self = written
            return
        }
        switch params?["cacheControlTtl"]?.string {
        case "5m": self = .short
        case "1h": self = .long
        default: return nil
        }
    }
}
