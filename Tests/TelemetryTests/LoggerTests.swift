// SPDX-License-Identifier: Apache-2.0
import Synchronization
import Telemetry
import TestSupport
import Testing

@Suite struct `A logger` {
    @Test(arguments: LogLevel.allCases, LogLevel.allCases)
    func `writes what is at its level or above`(level: LogLevel, line: LogLevel) {
        let capture = LogCapture()
        let log = capture.logger(level: level)
        switch line {
        case .debug: log.debug("Said")
        case .info: log.info("Said")
        case .notice: log.notice("Said")
        case .warning: log.warning("Said")
        case .error: log.error("Said")
        }
        #expect(capture.lines.map(\.level) == (line >= level ? [line] : []))
        #expect(log.isEnabled(line) == (line >= level))
    }

    @Test func `does not make the fields of a line it does not write`() {
        let capture = LogCapture()
        let log = capture.logger(level: .notice)
        let made = Mutex(0)
        func fields() -> LogFields {
            made.withLock { $0 += 1 }
            return ["a": 1]
        }
        log.info("Not said", fields())
        #expect(made.withLock { $0 } == 0)
        log.notice("Said", fields())
        #expect(made.withLock { $0 } == 1 && capture.messages == ["Said"])
    }

    @Test func `says more on each line of one request`() {
        let capture = LogCapture()
        let log = capture.logger(label: "relay").with(["agent": "main", "n": 1])
        log.with(request: "01JCE").info("First", ["n": 2, "ok": true])
        log.with(label: "store").with(["m": 1.5]).info("Second")
        log.info("Third")
        #expect(
            capture.lines == [
                LogCapture.Line(
                    level: .info, label: "relay", message: "First", request: "01JCE", fields: ["agent": "main", "n": 2, "ok": true]),
                LogCapture.Line(
                    level: .info, label: "store", message: "Second", request: nil, fields: ["agent": "main", "n": 1, "m": 1.5]),
                LogCapture.Line(level: .info, label: "relay", message: "Third", request: nil, fields: ["agent": "main", "n": 1]),
            ])
    }

    @Test func `changes its level together with all that were made from it`() {
        let capture = LogCapture()
        let log = capture.logger(level: .error)
        let other = log.with(request: "r").with(label: "other")
        log.setLevel(.debug)
        other.debug("Said")
        other.setLevel(.warning)
        log.notice("Not said")
        #expect(capture.messages == ["Said"])
    }

    @Test func `may be silent`() {
        Logger.silent.error("Not said")
        #expect(!Logger.silent.isEnabled(.warning))
    }

    @Test func `keeps fields in order, each name once`() {
        var fields: LogFields = ["b": 1, "a": 2, "b": 3]
        #expect(fields.fields.map(\.name) == ["b", "a"] && fields["b"] == 3)
        fields["c"] = "x"
        fields["b"] = nil
        fields["missing"] = nil
        #expect(fields == ["a": 2, "c": "x"])
        #expect(fields.merging(["c": "y", "d": false]) == ["a": 2, "c": "y", "d": false])
    }
}
