// SPDX-License-Identifier: Apache-2.0
import Synchronization
import Telemetry

/// The log lines that a test caused.
final class Lines: Sendable {
    struct Line: Hashable, Sendable {
        var message: String
        var fields: [String: String]
    }
    let stored = Mutex<[Line]>([])
    var all: [Line] { stored.withLock { $0 } }
    var logger: Logger { Logger { message, fields in self.stored.withLock { $0.append(Line(message: message, fields: fields)) } } }
}
