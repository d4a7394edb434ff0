// SPDX-License-Identifier: Apache-2.0
import HTTP

/// Reads settings in OpenClaw's shape and ours.
public enum SettingsReader {
    /// Bytes of one file.
    public static let fileLimit = 8 << 20

    public static func read(
        path: String, source: any SettingsSource, environment: [String: String], stateFolder: String? = nil, workingFolder: String? = nil,
        overrides: SettingsOverrides = SettingsOverrides()
    ) throws(SettingsProblems) -> (settings: Settings, notes: [SettingsNote]) {
        (Settings(), [])
    }
}
