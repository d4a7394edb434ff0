// SPDX-License-Identifier: Apache-2.0
import Failover
import JSON
import Store

/// `understudy models status --capabilities`: what each route was found to refuse, and what is done about it.
enum ModelsCapabilities {
    static let flag = Flag("capabilities", .toggle, "Show instead what each model's route was found to refuse, and since when")

    static func run(_ context: CommandContext) async throws(CommandFailure) -> ExitStatus {
        let (known, gateway) = try await known(context)
        let output = context.output
        if output.wantsJSON {
            output.json([
                "gateway": gateway.json, "capabilities": .array(known.map { KnownRepairJSON.value($0) }),
            ])
        } else {
            output.text(text(known, gateway, width: output.terminal.width, colour: output.terminal.colour))
        }
        return .fine
    }

    /// Pure: what is shown follows from the arguments alone.
    static func text(_ known: [KnownRepair], _ gateway: ModelsStatusReport.Gateway, width: Int?, colour: Bool) -> String {
        var lines: [String] = []
        switch gateway {
        case .running: break
        case .notRunning: lines.append("No gateway runs; this is what one stored.")
        case .silent(let why): lines.append(why)
        }
        if known.isEmpty {
            lines.append("No route is known to refuse anything of a request.")
        } else {
            var table = Table([
                .flexible("model", least: 20), .flexible("is sent", least: 24), .fixed("since"), .fixed("learned from"),
            ])
            for row in known {
                table.add([
                    Table.Cell(SafeText.line(row.model.description)), Table.Cell(SafeText.line(row.repair.text)),
                    Table.Cell(HostFacts.localTime(milliseconds: row.since.milliseconds)), Table.Cell(SafeText.line(row.receipt.rawValue)),
                ])
            }
            lines += table.lines(width: width, colour: colour)
            lines.append("")
            lines.append(
                "A change of what the configuration says of a model forgets it. More: understudy explain \(known.last?.receipt.rawValue ?? "")"
            )
        }
        return lines.joined(separator: "\n")
    }

    /// From the running gateway, else from its store.
    private static func known(
        _ context: CommandContext
    ) async throws(CommandFailure) -> (known: [KnownRepair], gateway: ModelsStatusReport.Gateway) {
        let client = GatewayClient(address: GatewayAddress.find(for: context))
        do throws(GatewayClient.Trouble) {
            let answer = try client.get("/api/capabilities", holding: "capabilities")
            return ((answer["capabilities"]?.array ?? []).compactMap { KnownRepairJSON.read($0) }, .running(url: client.address.url))
        } catch .unreachable {
            let path = ConfigLocation.find(for: context).stateFolder + "/understudy.sqlite"
            guard HostFacts.exists(path) else { return ([], .notRunning) }
            let file = Database(path: path, access: .reading, log: .silent)
            defer { file.close() }
            do throws(StoreProblem) {
                return (try await CapabilityStore(database: file).load(), .notRunning)
            } catch {
                throw CommandFailure(.failed, error.description)
            }
        } catch {
            throw client.failure(error)
        }
    }
}
