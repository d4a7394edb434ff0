// SPDX-License-Identifier: Apache-2.0
import Store
import Telemetry
import Transport

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// `gateway run --force`: ends who stands in the way. Blocks until they have gone, or have had their time.
enum Force {
    private static let patience = Duration.seconds(5)

    static func makeWay(_ folder: StateFolder, port: UInt16, _ log: Logger) {
        // Where it had just restarted, the process before it may come back in its place.
        for _ in 0..<3 {
            guard let running = RunningGateway.find(in: folder.path), running.isHolding(folder.path) else { break }
            end(running.processID, "gateway", log) { RunningGateway.find(in: folder.path) != running || !running.isHolding(folder.path) }
        }
        guard port != 0, let holder = PortHolder.find(port: port), holder.processID != getpid() else { return }
        end(holder.processID, holder.name, log) { PortHolder.find(port: port)?.processID != holder.processID }
    }

    private static func end(_ process: Int32, _ name: String, _ log: Logger, _ isGone: () -> Bool) {
        log.warning("Ended by --force", ["process": .int(Int(process)), "program": .string(name)])
        for signal in [SIGTERM, SIGKILL] {
            guard kill(process, signal) == 0 else { return }
            if BlockingWait.until(within: patience, every: .milliseconds(50), isGone) { return }
        }
    }
}
