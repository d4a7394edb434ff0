// SPDX-License-Identifier: Apache-2.0
import Failover
import HTTP
import JSON
import Relay
import Synchronization
import Transport

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// What a running gateway says of itself; shared with whatever changes it.
public final class GatewayStatus: Sendable {
    public let version: String
    public let startedAt: Timestamp
    public let configPath: String?
    public let stateFolder: String
    /// The file that gets the log's lines; `nil`: none does.
    public let logFile: String?
    private let state: Mutex<Facts>

    struct Facts {
        var port: UInt16 = 0
        /// When settings were last loaded while it runs, whether they were taken or not; `nil`: not yet.
        var triedAt: Timestamp?
        var reloadedAt: Timestamp?
        /// Why they were not taken.
        var problem: String?
    }

    public init(version: String, startedAt: Timestamp, configPath: String?, stateFolder: String, logFile: String? = nil) {
        self.version = version
        self.startedAt = startedAt
        self.configPath = configPath
        self.stateFolder = stateFolder
        self.logFile = logFile
        state = Mutex(Facts())
    }

    /// Stands for the bytes of the files that the settings in force were read from; `nil`: there are none.
    public var configHash: String? {
        get { hash.withLock { $0 } }
        set { hash.withLock { $0 = newValue } }
    }

    private let hash = Mutex<String?>(nil)

    public func listens(on port: UInt16) { state.withLock { $0.port = port } }

    /// - Parameter problem: Why the running settings were kept; `nil` after a good reload.
    public func reloaded(at now: Timestamp, problem: String?) {
        state.withLock { state in
            (state.problem, state.triedAt) = (problem, now)
            if problem == nil { state.reloadedAt = now }
        }
    }

    var facts: Facts { state.withLock { $0 } }
}

/// `GET /api/status`.
struct StatusAPI {
    let relay: Relay
    let status: GatewayStatus

    func answer() -> HTTPAnswer {
        let facts = status.facts
        let now = relay.now()
        var object: JSONObject = [
            "version": .string(status.version), "pid": .number(JSONNumber(Int(getpid()))),
            "port": .number(JSONNumber(Int(facts.port))),
            "uptime_seconds": .number(JSONNumber(Int((now - status.startedAt).milliseconds / 1000))),
            "in_flight": .number(JSONNumber(relay.gate.inFlight)), "state_folder": .string(status.stateFolder),
        ]
        object["log"] = status.logFile.map { .string($0) } ?? .null
        object["config"] = status.configPath.map { .string($0) } ?? .null
        if let at = facts.triedAt { object["reload_tried_at"] = .number(JSONNumber(Int(at.milliseconds))) }
        if let at = facts.reloadedAt { object["reloaded_at"] = .number(JSONNumber(Int(at.milliseconds))) }
        if let problem = facts.problem { object["reload_problem"] = .string(problem) }
        let open = relay.ledger.ledger.blocks.filter { $0.isOpen(at: now) }
        object["blocked_credentials"] = .array(Set(open.compactMap { Self.credential($0.key) }).sorted().map { .string($0.rawValue) })
        if let hash = status.configHash { object["config_hash"] = .string(hash) }
        object["blocks"] = .number(JSONNumber(open.count))
        return .json(.object(object))
    }

    private static func credential(_ key: ScopeKey) -> CredentialID? {
        switch key {
        case .credentialModel(let credential, _), .credential(let credential): credential
        case .providerModel, .endpoint: nil
        }
    }
}
