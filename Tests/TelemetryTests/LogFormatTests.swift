// SPDX-License-Identifier: Apache-2.0
import Telemetry
import Testing

@Suite struct `A log line` {
    private func line(_ format: LogFormat, request: String? = nil, _ fields: LogFields = [:]) -> String {
        var bytes: [UInt8] = []
        let record = LogRecord(
            milliseconds: 1_795_226_645_678, level: .notice, label: "relay", message: "Attempt failed", request: request, fields: fields)
        format.append(record, to: &bytes)
        return String(decoding: bytes, as: UTF8.self)
    }

    static let fields: LogFields = [
        "model": "openai/gpt-5", "status": 402, "share": 0.25, "streamed": false, "said": "no \"credit\" left", "empty": "", "pair": "a=b",
        "größe": "ü",
    ]

    @Test func `is text for people`() {
        #expect(
            line(.text, request: "01JCE8Q4W2M5N7P9R1T3V5X7Z9", Self.fields)
                == "2026-11-21T02:04:05.678Z notice  relay  Attempt failed  model=openai/gpt-5 status=402 share=0.25 streamed=false "
                + #"said="no \"credit\" left" empty="" pair="a=b" "größe"="ü" request=01JCE8Q4W2M5N7P9R1T3V5X7Z9"# + "\n")
        #expect(line(.text) == "2026-11-21T02:04:05.678Z notice  relay  Attempt failed\n")
        #expect(line(.text, request: "r") == "2026-11-21T02:04:05.678Z notice  relay  Attempt failed  request=r\n")
    }

    @Test func `is JSON for programs`() {
        #expect(
            line(.json, request: "01JCE8Q4W2M5N7P9R1T3V5X7Z9", Self.fields)
                == #"{"time":"2026-11-21T02:04:05.678Z","level":"notice","label":"relay","message":"Attempt failed","#
                + #""request":"01JCE8Q4W2M5N7P9R1T3V5X7Z9","model":"openai/gpt-5","status":402,"share":0.25,"streamed":false,"#
                + #""said":"no \"credit\" left","empty":"","pair":"a=b","größe":"ü"}"# + "\n")
        #expect(
            line(.json) == #"{"time":"2026-11-21T02:04:05.678Z","level":"notice","label":"relay","message":"Attempt failed"}"# + "\n")
    }

    @Test func `has what readers of OpenClaw's log look for, where it is asked for`() {
        let head = #"{"time":"2026-11-21T02:04:05.678Z","level":"notice","label":"relay","message":"Attempt failed","#
        let meta = #""_meta":{"logLevelName":"INFO","date":"2026-11-21T02:04:05.678Z","name":"{\"subsystem\":\"relay\"}"}}"#
        #expect(
            line(.openClaw, ["status": 402]) == head + #""status":402,"0":"{\"subsystem\":\"relay\"}","1":"Attempt failed","# + meta + "\n")
        var bytes: [UInt8] = []
        let record = LogRecord(
            milliseconds: 1_795_226_645_678, level: .notice, label: "relay", message: "Attempt failed", fields: ["status": 402],
            details: ["event": "model_fallback_decision", "status": 402, "previousAttempts": .texts(["a", "b"])])
        LogFormat.openClaw.append(record, to: &bytes)
        #expect(
            String(decoding: bytes, as: UTF8.self) == head + #""status":402,"0":"{\"subsystem\":\"relay\"}","#
                + #""1":{"event":"model_fallback_decision","status":402,"previousAttempts":["a","b"]},"2":"Attempt failed","# + meta + "\n")
        bytes = []
        LogFormat.json.append(record, to: &bytes)
        #expect(
            String(decoding: bytes, as: UTF8.self) == head
                + #""status":402,"event":"model_fallback_decision","previousAttempts":["a","b"]}"# + "\n")
    }

    @Test(arguments: ["time", "level", "label", "message", "request"])
    func `cannot have its own members taken by a field`(name: String) {
        #expect(line(.json, [name: "x"]).hasSuffix(#","message":"Attempt failed",""# + name + #"_":"x"}"# + "\n"))
    }

    @Test(arguments: [(Double.nan, "nan"), (.infinity, "inf"), (-.infinity, "-inf")])
    func `writes as text what JSON has no number for`(number: Double, text: String) {
        #expect(line(.json, ["n": .double(number)]).hasSuffix(#","n":"\#(text)"}"# + "\n"))
    }

    @Test(arguments: [
        ("a\nb", #"a\nb"#), ("a\r\nb", #"a\r\nb"#), ("a\tb", #"a\tb"#), ("\0", #"\u0000"#), ("\u{1B}[2J", #"\u001b[2J"#),
        ("\u{7F}", #"\u007f"#),
        ("\u{9B}2J", #"\u009b2J"#), ("\u{85}", #"\u0085"#), ("\u{2028}", #"\u2028"#), ("\u{202E}", #"\u202e"#), ("\u{200B}", #"\u200b"#),
        ("\u{FEFF}", #"\ufeff"#), (#"\"#, #"\\"#), (#"""#, #"\""#),
        ("\n2026-11-21T02:04:05.678Z error", #"\n2026-11-21T02:04:05.678Z error"#),
        (#"x","level":"error"#, #"x\",\"level\":\"error"#),
    ])
    func `stays one line, whatever a stranger writes`(text: String, escaped: String) {
        for format in [LogFormat.text, .json] {
            for line in [line(format, ["v": .string(text)]), line(format, [text: "v"]), line(format, request: text)] {
                #expect(line.contains("\"\(escaped)\""))
                #expect(line.unicodeScalars.count { $0 == "\n" } == 1 && line.hasSuffix("\n"))
                #expect(!line.unicodeScalars.dropLast().contains { $0.value < 0x20 || (0x7F...0x9F).contains($0.value) })
            }
        }
    }

    @Test(arguments: ["x", "\n", "ü", "🎭"])
    func `holds no more than 4 KB of one value`(character: String) {
        let line = line(.json, ["v": .string(String(repeating: character, count: 10_000))])
        #expect(line.utf8.count < 4096 + 200 && line.hasSuffix("…\"}\n"))
        let whole = String(repeating: "x", count: 4096)
        #expect(self.line(.json, ["v": .string(whole)]).hasSuffix("\"\(whole)\"}\n"))
    }

    @Test(
        arguments: [
            (0, "1970-01-01T00:00:00.000Z"), (-1, "1969-12-31T23:59:59.999Z"), (951_782_400_000, "2000-02-29T00:00:00.000Z"),
            (1_709_251_199_999, "2024-02-29T23:59:59.999Z"), (4_107_542_400_000, "2100-03-01T00:00:00.000Z"),
            (4_107_456_000_000, "2100-02-28T00:00:00.000Z"),
            (1_798_761_599_001, "2026-12-31T23:59:59.001Z"), (-62_167_219_200_000, "0000-01-01T00:00:00.000Z"),
            (Int64.min, "0000-01-01T00:00:00.000Z"),
            (Int64.max, "9999-12-31T23:59:59.999Z"),
        ] as [(Int64, String)])
    func `has its time in UTC`(milliseconds: Int64, text: String) {
        #expect(LogTime.text(milliseconds: milliseconds) == text)
    }

    /// Every day of 800 years follows the one before it.
    @Test func `counts days as the calendar does`() {
        var (year, month, day) = (1600, 1, 1)
        var time: Int64 = -11_676_096_000_000
        while year < 2400 {
            func padded(_ number: Int) -> String { number < 10 ? "0\(number)" : "\(number)" }
            guard LogTime.text(milliseconds: time).hasPrefix("\(year)-\(padded(month))-\(padded(day))T00:00:00.000Z") else {
                Issue.record("\(year)-\(month)-\(day) is \(LogTime.text(milliseconds: time))")
                return
            }
            let isLeap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)
            time += 86_400_000
            day += 1
            if day > [31, isLeap ? 29 : 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31][month - 1] { (month, day) = (month + 1, 1) }
            if month > 12 { (year, month) = (year + 1, 1) }
        }
    }
}
