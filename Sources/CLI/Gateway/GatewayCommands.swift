// SPDX-License-Identifier: Apache-2.0

extension CommandList {
    static let gateway = CommandList(
        commands: [.gatewayRun, .gatewayStatus, .gatewayStop],
        groups: [
            CommandGroup("gateway", summary: "Run the gateway, ask how it is, or stop it", standsFor: "run")
        ])
}
