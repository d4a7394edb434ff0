// SPDX-License-Identifier: Apache-2.0

/// Lengths of time as people type and read them.
enum Age {
    static let longest = Duration.seconds(3650 * 86_400)

    /// Reads `90s`, `15m`, `2h`, `7d`: a whole number and one unit. `nil` for anything else and beyond ten years.
    static func parse(_ text: String) -> Duration? {
        guard let unit = text.last, let number = Int(text.dropLast()), number > 0, text.utf8.count <= 12 else { return nil }
        let seconds: Int
        switch unit {
        case "s": seconds = 1
        case "m": seconds = 60
        case "h": seconds = 3600
        case "d": seconds = 86_400
        default: return nil
        }
        let (total, overflow) = number.multipliedReportingOverflow(by: seconds)
        guard !overflow, Duration.seconds(total) <= longest else { return nil }
        return .seconds(total)
    }

    /// The two largest units that are not zero: `38 s`, `4 min 5 s`, `2 h 3 min`, `5 d 23 h`. Negative lengths read as `0 s`.
    static func text(_ duration: Duration) -> String {
        let seconds = max(0, duration.components.seconds)
        switch seconds {
        case ..<60: return "\(seconds) s"
        case ..<3600: return pair(seconds / 60, "min", seconds % 60, "s")
        case ..<86_400: return pair(seconds / 3600, "h", seconds % 3600 / 60, "min")
        default: return pair(seconds / 86_400, "d", seconds % 86_400 / 3600, "h")
        }
    }

    /// The same in a few letters: `38s`, `4m`, `2h 3m`, `5d 23h`.
    static func compact(_ duration: Duration) -> String {
        let seconds = max(0, duration.components.seconds)
        func pair(_ large: Int64, _ largeUnit: String, _ small: Int64, _ smallUnit: String) -> String {
            small == 0 ? "\(large)\(largeUnit)" : "\(large)\(largeUnit) \(small)\(smallUnit)"
        }
        switch seconds {
        case ..<60: return "\(seconds)s"
        case ..<3600: return "\(seconds / 60)m"
        case ..<86_400: return pair(seconds / 3600, "h", seconds % 3600 / 60, "m")
        default: return pair(seconds / 86_400, "d", seconds % 86_400 / 3600, "h")
        }
    }

    private static func pair(_ large: Int64, _ largeUnit: String, _ small: Int64, _ smallUnit: String) -> String {
        small == 0 ? "\(large) \(largeUnit)" : "\(large) \(largeUnit) \(small) \(smallUnit)"
    }

    /// A duration as seconds with two decimals: `2.31 s`.
    static func seconds(_ duration: Duration) -> String {
        let (whole, rest) = duration.components
        let hundredths = max(0, whole * 100 + (rest + 5_000_000_000_000_000) / 10_000_000_000_000_000)
        let fraction = hundredths % 100
        return "\(hundredths / 100).\(fraction < 10 ? "0" : "")\(fraction) s"
    }
}
