// SPDX-License-Identifier: Apache-2.0
import JSON
import Transport

/// Whether the gateway that runs on this state folder goes by a changed configuration.
enum GatewayUptake: Hashable, Sendable {
    case notAsked
    case notRunning
    case taken
    /// It runs, and goes by another file.
    case otherFile(String)
    /// It keeps what it had: why, in its words.
    case refused(String)
    /// It had not loaded anything when we stopped waiting.
    case waiting

    /// How long to wait for a gateway's watch, which sees a change within a quarter of a second unless the machine is busy.
    private static let patience: Duration = .seconds(5)

    /// Asks the running gateway, if one runs, until it has loaded what was written. Blocks.
    ///
    /// - Parameters:
    ///   - writtenAt: When; milliseconds since 1970. It may have been loaded a moment before the clock was read.
    ///   - hash: Of the files since then, as gateways tell it.
    static func find(
        after writtenAt: Int64, hash: String?, _ location: ConfigLocation, context: CommandContext
    ) -> GatewayUptake {
        guard let running = RunningGateway.find(in: location.stateFolder), running.stopsBy == nil else { return .notRunning }
        let client = GatewayClient(address: GatewayAddress.find(for: context), timeout: .seconds(2))
        var uptake = GatewayUptake.waiting
        var likely = GatewayUptake.waiting
        _ = BlockingWait.until(within: patience, every: .milliseconds(20)) {
            guard let status = try? client.get("/api/status") else { return true }
            let hasTried = (status["reload_tried_at"]?.int).map { Int64($0) >= writtenAt } ?? false
            if let path = status["config"]?.string, path != location.configPath {
                uptake = .otherFile(path)
            } else if let hash, status["config_hash"]?.string == hash {
                uptake = .taken
            } else if hasTried, let problem = status["reload_problem"]?.string {
                uptake = .refused(problem)
            } else if hasTried {
                // It may have read the files a moment before they were written, and be about to read them again.
                if hash == nil { uptake = .taken } else { likely = .taken }
            }
            return uptake != .waiting
        }
        return uptake == .waiting ? likely : uptake
    }

    var text: String? {
        switch self {
        case .notAsked: nil
        case .notRunning: "No gateway runs; the next one will go by it."
        case .taken: "The running gateway goes by it."
        case .otherFile(let path): "The running gateway goes by another file: \(path)."
        case .refused(let why): "The running gateway did not take it and goes on as before: \(why)"
        case .waiting: "The running gateway has not said yet that it goes by it; understudy gateway status tells."
        }
    }

    var json: JSONValue {
        switch self {
        case .notAsked: .null
        case .notRunning: "not_running"
        case .taken: "taken"
        case .otherFile: "other_file"
        case .refused: "refused"
        case .waiting: "waiting"
        }
    }
}
