// SPDX-License-Identifier: Apache-2.0
import JSON
import Store

/// Where OpenClaw keeps credentials beside an agent's `auth-profiles.json`: before, and since June 2026 in SQLite
/// (openclaw/openclaw, src/state/openclaw-agent-schema.sql and pull request 89102). Read, never written.
enum OpenClawStores {
    /// An agent's own, in its folder.
    static let agentDatabase = "openclaw-agent.sqlite"
    /// Everybody's, in the state folder: by now, and in schema 12.
    static let sharedDatabase = "state/openclaw.sqlite"
    /// Everybody's of older versions, in the state folder: profiles of before there were agents, and logins by provider.
    static let legacyFiles = ["agent/auth-profiles.json", "credentials/oauth.json"]

    /// What a row holds.
    enum Content: Hashable {
        case profiles
        /// `order`, beside what is not read.
        case state
    }

    static func isDatabase(_ path: String) -> Bool { path.hasSuffix(".sqlite") }

    /// The JSON text of a row; `nil`: there is none.
    static func text(_ content: Content, in path: String) throws(StoreProblem) -> String? {
        try ForeignDatabase.text(of: cells(content), in: path, limit: CredentialPool.fileLimit)
    }

    private static func cells(_ content: Content) -> [ForeignDatabase.Cell] {
        switch content {
        case .profiles:
            [
                .init(table: "auth_profile_store", keyColumn: "store_key", key: "primary", textColumn: "store_json"),
                .init(table: "config_machine_state", keyColumn: "state_key", key: "authProfiles.store", textColumn: "value_json"),
                .init(table: "auth_profile_stores", keyColumn: "store_key", key: "shared", textColumn: "store_json"),
            ]
        case .state:
            [
                .init(table: "config_machine_state", keyColumn: "state_key", key: "authProfiles.state", textColumn: "value_json"),
                .init(table: "auth_profile_state", keyColumn: "state_key", key: "primary", textColumn: "state_json"),
            ]
        }
    }
}
