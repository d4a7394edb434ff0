// SPDX-License-Identifier: Apache-2.0

/// `gateway run`: the composition root.
enum GatewayRun {
    static func run(_ context: CommandContext) async throws(CommandFailure) -> ExitStatus {
        throw CommandFailure(.internalFault, "gateway run: this build has no gateway")
    }
}
