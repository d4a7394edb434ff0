// SPDX-License-Identifier: Apache-2.0
import Failover
import JSON
import Rehearsal
import TestSupport
import Testing

/// Each fault, with clients of each wire, streamed and not, at the first candidate and at the second, in text, calls, thoughts and
/// structured output. What the client is to get is worked out from what the upstreams were told to say.
@Suite(.timeLimit(.minutes(5)), Shared<MatrixScene>()) struct `Whatever goes wrong` {
    /// The matrix must not shrink unseen.
    @Test func `is played two thousand times`() {
        #expect(FaultMatrix.cells.count >= 2300)
        #expect(Set(FaultMatrix.cells.map(\.description)).count == FaultMatrix.cells.count, "a cell is played twice")
    }

    @Test(arguments: PlayedWire.allCases, FaultMatrix.Part.allCases)
    func `a client gets the whole answer, or a true error:`(client: PlayedWire, part: FaultMatrix.Part) async throws {
        let scene = try MatrixScene.current
        let numbers = FaultMatrix.numbers(client, part)
        #expect(!numbers.isEmpty)
        await withTaskGroup(of: Void.self) { group in
            for number in numbers {
                group.addTask {
                    do {
                        let answer = try await scene.ask(number)
                        MatrixJudge(FaultMatrix.cells[number], answer).judge()
                    } catch {
                        Issue.record("\(FaultMatrix.cells[number]): \(error)")
                    }
                }
            }
        }
    }
}

/// Holds an answer to what its cell promises.
struct MatrixJudge {
    let cell: MatrixCell
    let answer: MatrixScene.Answer
    private let expected: MatrixCell.Expected

    init(_ cell: MatrixCell, _ answer: MatrixScene.Answer) {
        self.cell = cell
        self.answer = answer
        expected = cell.expected()
    }

    private func expect(_ holds: Bool, _ what: @autoclosure () -> String) {
        if !holds { Issue.record("\(cell)\n\(what())\n\(receipt)\n\(answer.text)") }
    }

    private var receipt: String { answer.receipt.walk.joined(separator: "; ") }

    func judge() {
        expect(answer.heard.faults.isEmpty, "the client chokes: \(answer.heard.faults)")
        if expected.isWhole {
            judgeWhole()
        } else if expected.speakers.isEmpty {
            judgeRefused()
        } else {
            judgeBroken()
        }
        if !arrivesUncertainly { judgeRules() }
    }

    private func judgeWhole() {
        let heard = answer.heard
        expect(heard.status == 200 && heard.isWhole && heard.error == nil, "no whole answer: \(heard.error ?? "-")")
        expect(heard.text == expected.text, "the text is: \(heard.text)")
        expect(heard.text == cell.content.saying(on: cell.client, by: 0).text, "the script itself is not whole")
        expect(names(heard.calls) == names(expected.calls), "the calls are: \(heard.calls)")
        expect(heard.finish == cell.content.finish(on: cell.client), "the finish is \(heard.finish ?? "-")")
        expect(answer.receipt.outcome == "answered", "the outcome is \(answer.receipt.outcome ?? "-")")
        guard isOnOneWire, !arrivesUncertainly else { return }
        // Google's older models give calls no ids; another candidate's reply that goes on does.
        if cell.client != .gemini {
            expect(heard.calls.map(\.id) == expected.calls.map(\.id), "the calls' ids are: \(heard.calls.map(\.id))")
        }
        expect(heard.thinking == expected.thinking, "the thoughts are: \(heard.thinking)\nand not: \(expected.thinking)")
        let models = expected.speakers.map { MatrixCell.model($0) }
        expect(heard.models == told(models), "the models are \(heard.models) and not \(told(models))")
        expect(heard.usage == expected.usage, "the usage is \(text(heard.usage)) and not \(text(expected.usage))")
    }

    /// The Messages API tells the model at the beginning, the Responses API at the end, too.
    private func told(_ models: [String]) -> [String] {
        guard cell.isStreamed, let first = models.first, let last = models.last else { return models }
        return switch cell.client {
        case .chat, .gemini: models
        case .messages: [first]
        case .responses: first == last ? [first] : [first, last]
        }
    }

    /// Names and arguments; ids are made anew where a wire has none.
    private func names(_ calls: [Heard.Call]) -> [String] {
        calls.map { call in
            let arguments = (try? JSONValue.parse(call.arguments))?.object?.members ?? []
            return call.name + arguments.map { "\($0.key)=\(JSONWriter.string($0.value))" }.sorted().joined(separator: ",")
        }
    }

    private func text(_ usage: Usage?) -> String { "\(usage?.inputTokens ?? -1) + \(usage?.outputTokens ?? -1)" }

    /// Nothing was sent: the client is refused as if nothing had begun.
    private func judgeRefused() {
        expect(answer.heard.status ?? 0 >= 400, "the status is \(answer.heard.status ?? 0)")
        expect(answer.heard.error != nil && !answer.heard.isWhole, "no error")
        expect(answer.heard.text.isEmpty && answer.heard.calls.isEmpty, "an error with content")
    }

    /// Something was sent: it ends in a true error, and nothing that could be taken for an end.
    private func judgeBroken() {
        let heard = answer.heard
        expect(heard.error != nil && !heard.isWhole, "a clean finish that did not happen")
        expect(heard.calls.isEmpty, "a lonely call: \(heard.calls)")
        if arrivesUncertainly {
            expect(expected.text.hasPrefix(heard.text), "the text is: \(heard.text)")
        } else {
            expect(heard.text == expected.text, "the text is: \(heard.text)")
            expect(answer.text.contains(answer.id), "the error does not name its receipt")
        }
        expect(answer.receipt.outcome != "answered", "the outcome is \(answer.receipt.outcome ?? "-")")
    }

    private var isOnOneWire: Bool { cell.wires.prefix(cell.roles).allSatisfy { $0 == cell.client } }

    /// A reset may take back what is on its way.
    private var arrivesUncertainly: Bool { cell.fault.isReset && cell.isStreamed }

    // MARK: Rules

    /// Each failure by its own rule.
    private func judgeRules() {
        for role in expected.failed {
            // A prefill that is refused is repaired, and says nothing of the fault.
            let attempt = answer.receipt["attempts"]?.array?.first {
                $0["model"]?.string?.hasSuffix(".\(role)") == true && $0["failure"]?["reason"] != "format"
            }
            let rule = attempt?["failure"]?["rule"]?.string
            guard let fault = cell.fault(of: role) else { continue }
            let rules = cell.isStreamed ? streamRules(fault) : replyRules(fault)
            expect(rules.contains(rule ?? "none"), "candidate \(role) failed by \(rule ?? "no rule"), and not by \(rules)")
        }
    }

    private func streamRules(_ fault: MatrixFault) -> [String] {
        switch fault {
        case .refused: ["network.refused"]
        case .resetBeforeHead: ["network.reset"]
        case .closed: ["malformed.cut"]
        case .reset: ["malformed.reset"]
        case .short: ["malformed.short"]
        case .cutGzip(let after), .ended(let after): after == 0 ? ["malformed.empty"] : ["malformed.cut"]
        case .stalled(let after): after == 0 ? ["timeout.first_token"] : ["timeout.idle", "timeout.first_token"]
        case .garbled: ["malformed.grammar"]
        case .error: serverErrors
        case .empty: ["malformed.empty"]
        case .unterminated, .drips: []
        }
    }

    private func replyRules(_ fault: MatrixFault) -> [String] {
        switch fault {
        case .refused: ["network.refused"]
        case .resetBeforeHead: ["network.reset"]
        case .closed: ["malformed.cut"]
        case .reset: ["malformed.reset"]
        case .short: ["malformed.short"]
        case .cutGzip(let after), .ended(let after): after == 0 ? ["malformed.empty"] : ["malformed.grammar"]
        case .stalled: ["timeout.plain"]
        case .garbled: ["malformed.grammar"]
        case .error: serverErrors
        case .empty: ["malformed.empty"]
        case .unterminated, .drips: []
        }
    }

    /// By its words, or its type or status.
    private var serverErrors: [String] { ["words.broken", "status.5xx"] }
}
