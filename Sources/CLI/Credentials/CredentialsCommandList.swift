// SPDX-License-Identifier: Apache-2.0

extension CommandList {
    static let credentials = CommandList(
        commands: [.credentialsList, .credentialsClear, .credentialsPause, .credentialsResume],
        groups: [
            CommandGroup("credentials", summary: "Keys and logins, how they stand, and what is decided about them", standsFor: "list")
        ])
}
