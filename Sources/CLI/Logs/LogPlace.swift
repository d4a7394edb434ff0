// SPDX-License-Identifier: Apache-2.0
import Configuration

/// Where the gateway's log is.
enum LogPlace {
    /// - Returns: An absolute path; a relative one of the settings counts from the state folder. `nil`: the settings want no file.
    static func path(_ settings: LoggingSettings, in location: ConfigLocation) -> String? {
        guard !settings.hasNoFile else { return nil }
        guard let file = settings.file else { return standard(in: location) }
        return ConfigLocation.absolute(file, home: location.home, workingFolder: location.stateFolder)
    }

    static func standard(in location: ConfigLocation) -> String { location.stateFolder + "/logs/understudy.log" }

    static func folder(of path: String) -> String { "/" + path.split(separator: "/").dropLast().joined(separator: "/") }
}
