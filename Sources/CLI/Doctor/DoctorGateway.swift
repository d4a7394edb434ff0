// SPDX-License-Identifier: Apache-2.0
import Configuration
import Failover
import Store
import Transport

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// The gateway's process, its port, its lock, and its database.
enum DoctorGateway {
    static func check(_ survey: Survey) -> [Finding] { process(survey) + service(survey) + database(survey) }

    private static func service(_ survey: Survey) -> [Finding] {
        guard let service = survey.service else { return [] }
        var findings: [Finding] = []
        if let program = service.program, Machine.file(program) == nil {
            findings.append(
                Finding(
                    "service.program", .error, "\(survey.short(service.path)) starts \(program), which is not there",
                    fix: "understudy gateway install"))
        }
        if !service.lingers {
            findings.append(
                Finding(
                    "service.linger", .warning, "the service \(survey.short(service.path)) ends when its user logs out",
                    fix: "sudo loginctl enable-linger $USER"))
        }
        return findings
    }

    private static func process(_ survey: Survey) -> [Finding] {
        var findings: [Finding] = []
        let note = RunningGateway.path(in: survey.location.stateFolder)
        switch survey.gateway.state {
        case .up(let ready, let notReady, let status, let detail):
            if !ready {
                findings.append(
                    Finding(
                        "gateway.not_ready", .error, "the gateway is up and not ready: \(notReady ?? "")",
                        fix: "see: understudy credentials"))
            }
            if let version = status?["version"]?.string, version != Version.text {
                findings.append(
                    Finding(
                        "gateway.version", .warning, "the gateway is of version \(version), this program of \(Version.text)",
                        fix: "understudy gateway restart"))
            }
            if let problem = status?["reload_problem"]?.string {
                findings.append(
                    Finding(
                        "gateway.reload", .error, "the last change of the configuration is not in use: \(problem)",
                        fix: "understudy config validate"))
            }
            if let detail { findings.append(Finding("gateway.token", .warning, detail, fix: "give the gateway's token: --token")) }
        case .down(let why):
            if let running = survey.running {
                findings.append(
                    Finding(
                        "gateway.silent", .error, "the gateway (process \(running.processID)) does not answer: \(why)",
                        fix: "understudy gateway restart"))
            } else {
                findings.append(Finding("gateway.down", .info, "no gateway runs on this state folder", fix: "understudy gateway start"))
                findings += port(survey)
                if Machine.file(note) != nil {
                    findings.append(
                        Finding(
                            "gateway.stale_note", .info, "\(survey.short(note)) is left from a gateway that was killed",
                            fix: "understudy doctor --fix removes it", mend: .remove(path: note)))
                }
            }
        }
        return findings
    }

    /// Whether somebody else has the port that the next start wants.
    private static func port(_ survey: Survey) -> [Finding] {
        guard let gateway = survey.setup?.settings.gateway, gateway.port != 0 else { return [] }
        let url = GatewayAddress.clientURL(of: gateway)
        do throws(BlockingHTTP.Failure) {
            _ = try BlockingHTTP.request(url: url + "/health", timeout: .seconds(2), limit: 1 << 20)
        } catch {
            if error.isUnreachable { return [] }
        }
        return [
            Finding(
                "gateway.port", .error, "another program listens on port \(gateway.port), which the gateway wants",
                fix: "end it, or take another port: understudy config set gateway.port <port>")
        ]
    }

    private static func database(_ survey: Survey) -> [Finding] {
        var findings: [Finding] = []
        guard let folder = try? StateFolder(path: survey.location.stateFolder) else { return [] }
        for path in [folder.database, folder.responses] {
            guard Machine.file(path) != nil else { continue }
            do throws(StoreProblem) {
                guard let problem = try Database.check(path, limit: .seconds(3)) else { continue }
                findings.append(
                    Finding(
                        "store.damaged", .error, "\(survey.short(path)) is damaged: \(problem)",
                        fix: "start the gateway: it sets the file aside and begins a new one",
                        mend: survey.running == nil ? .beginAnew(folder, database: path) : nil))
            } catch {
                findings.append(Finding("store.unreadable", .warning, "\(error)", fix: "see that the file can be read"))
            }
        }
        let aside = Machine.names(in: survey.location.stateFolder).filter {
            $0.contains(".corrupt-") && !$0.hasSuffix("-wal") && !$0.hasSuffix("-shm")
        }
        if !aside.isEmpty {
            findings.append(
                Finding(
                    "store.set_aside", .info,
                    "\(aside.count) damaged database\(aside.count == 1 ? " was" : "s were") set aside: \(aside.prefix(3).joined(separator: ", "))",
                    fix: "delete them once nobody wants to look at them"))
        }
        return findings
    }
}
