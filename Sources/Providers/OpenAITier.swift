// SPDX-License-Identifier: Apache-2.0

/// The words that OpenAI's APIs have for a priority that is paid for.
enum OpenAITier {
    static func read(_ text: String) -> ServiceTier {
        switch text {
        case "auto": .auto
        // Groq's word for it is the third.
        case "default", "standard", "on_demand": .standard
        case "priority": .priority
        case "flex": .flex
        default: .other(text)
        }
    }

    /// - Returns: `nil` for a word of another provider's.
    static func text(_ tier: ServiceTier) -> String? {
        switch tier {
        case .auto: "auto"
        case .standard: "default"
        case .priority: "priority"
        case .flex: "flex"
        case .other(let word): word == "scale" ? word : nil
        }
    }
}
