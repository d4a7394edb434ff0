// SPDX-License-Identifier: Apache-2.0
import Synchronization
import Telemetry

/// The log lines that a test caused.
final class Lines: LogSink {
    private let stored = Mutex<[LogRecord]>([])

    var all: [LogRecord] { stored.withLock { $0 } }
    var messages: [String] { all.map(\.message.description) }
    var logger: Logger { Logger(label: "store", sink: self) }

    func write(_ record: LogRecord) { stored.withLock { $0.append(record) } }
}
