// SPDX-License-Identifier: Apache-2.0

extension CommandList {
    static let models = CommandList(
        commands: [.modelsStatus, .modelsList],
        groups: [
            CommandGroup("models", summary: "Which models and credentials stand by, and what is blocked", standsFor: "status")
        ])
}
