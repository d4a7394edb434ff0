// SPDX-License-Identifier: Apache-2.0

extension CommandList {
    static let sessions = CommandList(
        commands: [.sessionsList, .sessionsStop],
        groups: [
            CommandGroup("sessions", summary: "Requests under way, and how to end them", standsFor: "list")
        ])
}
