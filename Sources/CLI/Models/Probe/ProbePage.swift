// SPDX-License-Identifier: Apache-2.0
import Failover
import Gateway
import JSON
import Relay

/// What came of probing so far, for people as it comes and for programs at the end.
struct ProbePage: Hashable, Sendable {
    let order: ProbeOrder
    private(set) var targets: [ProbeTarget] = []
    private(set) var leftOut = 0
    private(set) var results: [ProbeResult] = []
    private var startedAt: Timestamp?
    private var endedAt: Timestamp?
    private var took: Duration?
    private(set) var wasInterrupted = false

    init(_ order: ProbeOrder) { self.order = order }

    mutating func take(_ event: ProbeEvent) {
        switch event {
        case .begin(let targets, let leftOut, let at): (self.targets, self.leftOut, startedAt) = (targets, leftOut, at)
        case .result(let result): results.append(result)
        case .end(_, let at, let took): (endedAt, self.took) = (at, took)
        }
    }

    mutating func interrupt(at now: Timestamp) {
        wasInterrupted = true
        endedAt = now
        took = startedAt.map { now - $0 }
    }

    // MARK: For people

    /// Fits all rows that will come, so that each can be shown as it comes.
    private func widths(_ width: Int?) -> (table: Table, widths: [Int]) {
        var table = Table([.flexible("Model", least: 20), .flexible("Profile", least: 16), .fixed("Status")])
        for target in targets { table.add([Table.Cell(Self.model(target)), Table.Cell(Self.profile(target)), Table.Cell(Self.longest)]) }
        return (table, table.fitted(to: width))
    }

    /// As wide as most of what a status says.
    private static let longest = "server_error · 21.5s"

    func heading(width: Int?, colour: Bool) -> String {
        let (table, widths) = widths(width)
        return table.line(["Model", "Profile", "Status"].map { Table.Cell($0, .faint) }, widths: widths, colour: colour)
    }

    /// A result's row, and what went wrong below it.
    func row(_ result: ProbeResult, width: Int?, colour: Bool) -> String {
        var (table, widths) = widths(width)
        // The last one is never cut: it is what was asked for.
        widths[2] = max(widths[2], TextWidth.columns(Self.status(result)))
        let style: Style = result.status == .ok ? .good : result.status == .paused ? .warning : .bad
        let cells = [
            Table.Cell(Self.model(result.target)), Table.Cell(Self.profile(result.target)), Table.Cell(Self.status(result), style),
        ]
        var lines = [table.line(cells, widths: widths, colour: colour)]
        for note in Self.notes(result) {
            let wrapped = TextWidth.wrap(SafeText.line(note), to: max(20, (width ?? 120) - 4))
            for (index, line) in wrapped.enumerated() { lines.append((index == 0 ? "  ↳ " : "    ") + line) }
        }
        return lines.joined(separator: "\n")
    }

    private static func notes(_ result: ProbeResult) -> [String] {
        var notes: [String] = []
        if let error = result.error {
            let reset = result.reset.map { "; free again in \(Age.text($0))" } ?? ""
            let more = result.receipt.map { "; understudy explain \($0.rawValue)" } ?? ""
            notes.append(error + reset + more)
        }
        return notes + result.cleared.map { "a block is \($0)" }
    }

    private static func model(_ target: ProbeTarget) -> String { target.model?.description ?? "\(target.provider)/?" }

    private static func profile(_ target: ProbeTarget) -> String {
        guard let credential = target.credential else { return "-" }
        return "\(credential) (\(target.kind?.rawValue ?? "?"))"
    }

    /// `ok · 1.8s`, and how long the first word took where that tells something.
    static func status(_ result: ProbeResult) -> String {
        // Where nothing was sent the word alone says little.
        let code = result.latency == nil ? result.reasonCode.flatMap { $0 == result.status.rawValue ? nil : " (\($0))" } : nil
        var parts = [result.status.rawValue + (code ?? "")]
        if let latency = result.latency { parts.append(seconds(latency)) }
        if let first = result.firstToken, result.status == .ok { parts.append("first token \(seconds(first))") }
        return parts.joined(separator: " · ")
    }

    /// `1.8s`; below a tenth in milliseconds.
    static func seconds(_ duration: Duration) -> String {
        let milliseconds = max(0, duration.milliseconds)
        if milliseconds < 100 { return "\(milliseconds)ms" }
        let tenths = (milliseconds + 50) / 100
        return "\(tenths / 10).\(tenths % 10)s"
    }

    /// What is said at the end.
    func summary(width: Int) -> String {
        guard !targets.isEmpty else { return "No probe targets." }
        let time = took.map { " in \(Self.seconds($0))" } ?? ""
        let plural = targets.count == 1 ? "target" : "targets"
        var lines =
            wasInterrupted || results.count < targets.count
            ? ["Stopped: probed \(results.count) of \(targets.count) \(plural)\(time)"] : ["Probed \(targets.count) \(plural)\(time)"]
        if leftOut > 0 {
            lines.append("\(leftOut) more were left out. Narrow them with --probe-provider, --probe-profile or --probe-model.")
        }
        lines += TextWidth.wrap(Self.caveat, to: width)
        return lines.joined(separator: "\n")
    }

    static let caveat =
        "A probe is one short request without tools. It does not prove that there is quota for long prompts, that tools or images work, that "
        + "models which were not asked answer, or that the next request will. A failure here blocks nothing."

    // MARK: For programs

    var json: JSONValue {
        func time(_ time: Timestamp?) -> JSONValue { time.map { .number(JSONNumber(Int($0.milliseconds))) } ?? .null }
        var object: JSONObject = ["startedAt": time(startedAt), "finishedAt": time(endedAt)]
        object["durationMs"] = took.map { .number(JSONNumber(Int($0.milliseconds))) } ?? .null
        object["totalTargets"] = .number(JSONNumber(targets.count))
        object["leftOut"] = .number(JSONNumber(leftOut))
        object["interrupted"] = .bool(wasInterrupted)
        object["options"] = [
            "provider": order.provider.map { .string($0.rawValue) } ?? .null,
            "profileIds": .array(order.credentials.map { .string($0.rawValue) }), "models": .array(order.models.map { .string($0) }),
            "allModels": .bool(order.allModels), "timeoutMs": .number(JSONNumber(Int(order.timeout.milliseconds))),
            "concurrency": .number(JSONNumber(order.concurrency)), "maxTokens": .number(JSONNumber(order.maxTokens)),
        ]
        object["results"] = .array(results.map(Self.json))
        return .object(object)
    }

    private static func json(_ result: ProbeResult) -> JSONValue {
        func milliseconds(_ duration: Duration?) -> JSONValue { duration.map { .number(JSONNumber(Int($0.milliseconds))) } ?? .null }
        let target = result.target
        var object: JSONObject = [
            "provider": .string(target.provider.rawValue), "model": target.model.map { .string($0.description) } ?? .null,
            "profileId": target.credential.map { .string($0.rawValue) } ?? .null, "label": .string(target.label),
            "source": .string(target.source.rawValue), "mode": target.kind.map { .string($0.rawValue) } ?? .null,
            "status": .string(result.status.rawValue),
        ]
        object["reasonCode"] = result.reasonCode.map { .string($0) }
        object["error"] = result.error.map { .string($0) } ?? .null
        object["latencyMs"] = milliseconds(result.latency)
        object["firstTokenMs"] = milliseconds(result.firstToken)
        object["httpStatus"] = result.httpStatus.map { .number(JSONNumber($0)) } ?? .null
        object["rule"] = result.rule.map { .string($0) } ?? .null
        object["resetMs"] = milliseconds(result.reset)
        object["cleared"] = .array(result.cleared.map { .string($0) })
        object["receipt"] = result.receipt.map { .string($0.rawValue) } ?? .null
        return .object(object)
    }

    /// How the command ends.
    var status: ExitStatus {
        if wasInterrupted { return .interrupted }
        return !targets.isEmpty && results.count == targets.count && results.allSatisfy { $0.status == .ok } ? .fine : .failed
    }
}
