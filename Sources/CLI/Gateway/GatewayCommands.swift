// SPDX-License-Identifier: Apache-2.0

extension CommandList {
    static let gateway = CommandList(
        commands: [
            .gatewayRun, .gatewayStart, .gatewayStop, .gatewayRestart, .gatewayStatus, .gatewayInstall, .gatewayUninstall,
        ],
        groups: [
            CommandGroup("gateway", summary: "Run the gateway, start, stop and restart it, and ask how it is", standsFor: "run")
        ])
}
