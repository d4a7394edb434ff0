// SPDX-License-Identifier: Apache-2.0
import Failover
import JSON
import Store

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// What a gateway leaves in its state folder while it runs, so that commands find it whatever its port: `gateway.json`.
struct RunningGateway: Hashable, Sendable {
    var processID: Int32
    /// Base address for clients on this machine.
    var url: String
    /// It has been told to stop, and takes nothing new: milliseconds since 1970 at which what runs there is ended; `nil`: it serves.
    var stopsBy: Int64?
    /// Where its log is; `nil`: standard error only, or it does not say.
    var logFile: String?

    static func path(in stateFolder: String) -> String { stateFolder + "/gateway.json" }

    /// The gateway that said it runs on this folder and whose process is there. After a `kill -9` the note is stale: `nil`.
    static func find(in stateFolder: String) -> RunningGateway? {
        guard let bytes = try? AtomicFile.read(path(in: stateFolder), limit: 4096), let value = try? JSONValue.parse(bytes),
            let process = value["pid"]?.int.flatMap({ Int32(exactly: $0) }), process > 0, let url = value["url"]?.string
        else { return nil }
        guard kill(process, 0) == 0 || errno == EPERM else { return nil }
        return RunningGateway(
            processID: process, url: url, stopsBy: value["stops_by"]?.int.map { Int64($0) },
            logFile: value["log"]?.string)
    }

    /// Whether a gateway holds the folder: after a `kill -9` the note's process id may be anybody's. Takes a tenth of a second to say yes.
    func isHolding(_ stateFolder: String) -> Bool {
        guard let folder = try? StateFolder(path: stateFolder) else { return false }
        do throws(StoreProblem) {
            let lock = try InstanceLock(path: folder.lockFile)
            return withExtendedLifetime(lock) { false }
        } catch {
            return error.kind == .busy
        }
    }

    /// Leaves the note. To be called once the port is open.
    func announce(in stateFolder: String) throws(StoreProblem) {
        var object: JSONObject = ["pid": .number(JSONNumber(Int(processID))), "url": .string(url)]
        if let logFile { object["log"] = .string(logFile) }
        if let stopsBy { object["stops_by"] = .number(JSONNumber(Int(stopsBy))) }
        try AtomicFile.write(JSONWriter.compact(.object(object)), to: Self.path(in: stateFolder))
    }

    /// Says in the note that nothing new is taken, and until when what runs may go on.
    ///
    /// - Returns: What is to be withdrawn in the end.
    func stopping(by end: Timestamp, in stateFolder: String) -> RunningGateway {
        guard Self.find(in: stateFolder) == self else { return self }
        var leaving = self
        leaving.stopsBy = end.milliseconds
        guard (try? leaving.announce(in: stateFolder)) != nil else { return self }
        return leaving
    }

    /// Takes the note away, unless another gateway has left its own meanwhile.
    func withdraw(from stateFolder: String) {
        guard Self.find(in: stateFolder) == self else { return }
        unlink(Self.path(in: stateFolder))
    }
}
