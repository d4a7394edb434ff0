// SPDX-License-Identifier: Apache-2.0
import Failover
import Transport

extension TransportFault {
    init(_ problem: ClientProblem) {
        switch problem {
        case .dns: self = .dns
        case .refused: self = .refused
        case .unreachable: self = .unreachable
        case .connectTimeout: self = .connectTimeout
        case .tls(let why): self = .tls(why)
        case .reset(let reused, _): self = .reset(reused: reused)
        case .truncated: self = .closedEarly
        case .truncatedByReset: self = .resetEarly
        case .short: self = .shortBody
        case .malformed(let why): self = .malformed(why)
        case .proxy(let why), .other(let why): self = .other(why)
        }
    }
}
