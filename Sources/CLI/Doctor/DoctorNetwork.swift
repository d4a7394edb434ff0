// SPDX-License-Identifier: Apache-2.0
import Failover

/// What asking the providers' addresses told: only with `--deep`.
enum DoctorNetwork {
    /// Seconds that a clock may be wrong before logins and signatures are refused for it.
    private static let tolerance = 60

    static func check(_ reach: [ProviderReach]) -> [Finding] {
        var findings = reach.compactMap { reach -> Finding? in
            guard let failed = reach.failed else {
                return Finding("network.ok", .info, "\(reach.provider): \(reach.text)")
            }
            let fix =
                switch failed {
                case "dns": "see that names are resolved on this machine: getent hosts \(ShellWord.quoted(host(of: reach.url)))"
                case "connect": "see that \(reach.url) can be reached from here: a firewall, a proxy, or a server that is not started"
                case "tls": "see whose certificate that is, and that this machine's are of today (ca-certificates), as is its clock"
                default: "see what answers there: curl -v \(ShellWord.quoted(reach.url))"
                }
            return Finding("network.\(failed)", .error, "\(reach.provider): \(reach.text)", fix: fix)
        }
        let remote = reach.filter { !$0.isLocal }
        if remote.count > 1, remote.allSatisfy({ $0.failed != nil }) {
            findings.append(
                Finding(
                    "network.own", .error,
                    "no provider can be reached from here: the fault is this machine's network, its names or its proxy",
                    fix: "see that anything can be reached: curl -v https://example.com"))
        }
        // Several providers are hardly wrong together; one may be. One on this machine has the same clock.
        let clocks = remote.compactMap(\.clockAhead).sorted()
        if !clocks.isEmpty {
            let ahead = clocks[clocks.count / 2]
            if abs(ahead) > tolerance {
                findings.append(
                    Finding(
                        "clock.wrong", .error,
                        "this machine's clock is \(Age.text(.seconds(abs(ahead)))) \(ahead > 0 ? "ahead of" : "behind") the providers'",
                        fix: "set it: timedatectl set-ntp true"))
            }
        }
        return findings
    }

    private static func host(of url: String) -> String {
        let rest = url.split(separator: "/", omittingEmptySubsequences: true).dropFirst().first ?? ""
        return String(rest.prefix { $0 != ":" })
    }
}
