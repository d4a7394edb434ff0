// SPDX-License-Identifier: Apache-2.0
import JSON

/// The program's version, by https://semver.org.
public enum Version {
    public static let text = "0.1.0"

    /// Where it runs, such as `linux-x86_64`.
    public static let platform: String = {
        #if os(Linux)
            let system = "linux"
        #elseif os(macOS)
            let system = "macos"
        #else
            let system = "other"
        #endif
        #if arch(x86_64)
            return system + "-x86_64"
        #elseif arch(arm64)
            return system + "-arm64"
        #else
            return system
        #endif
    }()
}

extension Command {
    static let version = Command(
        words: ["version"], summary: "Print the version",
        examples: [Example("understudy --version", "The same; -V for short.")],
        run: { context throws(CommandFailure) in
            if context.output.wantsJSON {
                context.output.json(["name": "understudy", "version": .string(Version.text), "platform": .string(Version.platform)])
            } else {
                context.output.text("understudy \(Version.text) (\(Version.platform))")
            }
            return .fine
        })
}
