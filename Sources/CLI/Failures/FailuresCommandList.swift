// SPDX-License-Identifier: Apache-2.0

extension CommandList {
    static let failures = CommandList(
        commands: [.failures, .failuresClassify],
        groups: [
            CommandGroup("failures", summary: "Errors that no rule knows, and what any error means", standsFor: "list")
        ])
}
