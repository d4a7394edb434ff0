// SPDX-License-Identifier: Apache-2.0

extension CommandList {
    static let config = CommandList(
        commands: [.configGet, .configSet, .configUnset, .configValidate],
        groups: [
            CommandGroup("config", summary: "The configuration file", standsFor: nil)
        ])
}
