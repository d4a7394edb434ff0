// SPDX-License-Identifier: Apache-2.0
import Configuration
import Failover
import JSON
import Providers
import Relay
import Transport

/// `understudy models scan`: OpenRouter's free models, asked whether they answer, and made fallbacks of if that is wished.
enum ModelsScan {
    static let probe = Flag("probe", .toggle, "Ask each model; --no-probe only lists them")
    static let input = Flag("input", .toggle, "Ask before anything is changed; --no-input asks nothing, and changes nothing without --yes")
    static let minParams = Flag(
        "min-params", .number(placeholder: "b", range: 0...10_000), "At least so many billions of parameters, as the name says them")
    static let maxAge = Flag("max-age-days", .number(placeholder: "d", range: 0...10_000), "Not older than so many days")
    static let provider = Flag(
        "provider", .text(placeholder: "name"), "Only this maker's, the word before the slash", example: "meta-llama")
    static let most = Flag("max-candidates", .number(placeholder: "n", range: 1...50), "So many at most (6)", example: "6")
    static let concurrency = Flag("concurrency", .number(placeholder: "n", range: 1...16), "How many are asked at a time (3)", example: "3")
    static let yes = Flag("yes", .toggle, "Make those that answer the fallbacks, without asking")
    static let setDefault = Flag("set-default", .toggle, "Also make the first one the model that is asked first")
    static let setImage = Flag("set-image", .toggle, "Also make the first one that takes pictures the model for pictures")
    static let timeout = Flag(
        "timeout", .number(placeholder: "ms", range: 100...600_000), "How long each may take, in milliseconds (15000)", example: "15000")

    /// What is known of a model after it was asked.
    struct Found: Sendable {
        var model: ScannedModel
        var result: ProbeResult?
        /// It may be made a fallback: it answered, or nobody asked.
        var isFit: Bool { result.map { $0.status == .ok } ?? true }
    }

    static func run(_ context: CommandContext) async throws(CommandFailure) -> ExitStatus {
        let invocation = context.invocation
        let setup = try Setup.load(for: context)
        var found = try catalogue(setup, context).map { Found(model: $0) }
        let output = context.output
        let asks = invocation.toggle(probe) ?? true
        if asks, !found.isEmpty { try await ask(&found, context) }
        let fit = found.filter(\.isFit)
        if !output.wantsJSON { output.text(text(found, width: output.terminal.width, colour: output.terminal.colour)) }
        guard try isWanted(fit, context) else {
            if output.wantsJSON { output.json(.object(json(found))) }
            return fit.isEmpty ? .failed : .fine
        }
        return try write(fit.map(\.model), json(found), context)
    }

    // MARK: Finding

    private static func catalogue(_ setup: Setup, _ context: CommandContext) throws(CommandFailure) -> [ScannedModel] {
        let invocation = context.invocation
        guard let openRouter = setup.settings.providers["openrouter"] else {
            throw CommandFailure(.failed, "there is no provider openrouter: models.mode is \"replace\"")
        }
        let url = openRouter.baseURL.description + "/models"
        let answer: JSONValue
        do {
            let reply = try BlockingHTTP.request(
                url: url, headers: ["accept": "application/json"], timeout: .seconds(30), limit: 16 << 20, bypassesProxy: openRouter.isLocal
            )
            guard reply.status == 200 else { throw CommandFailure(.failed, "\(url) answered with status \(reply.status)") }
            guard let value = try? JSONValue.parse(reply.body), value["data"]?.array != nil else {
                throw CommandFailure(.failed, "\(url) answered something that is no list of models")
            }
            answer = value
        } catch let failure as BlockingHTTP.Failure {
            throw CommandFailure(.unreachable, "\(url) cannot be reached: \(failure.message)")
        } catch let failure as CommandFailure {
            throw failure
        } catch {
            throw CommandFailure(.failed, "\(url): \(error)")
        }
        var models = (answer["data"]?.array ?? []).compactMap { ScannedModel($0) }
        if let least = invocation.number(minParams) { models = models.filter { ($0.billions ?? 0) >= Double(least) } }
        if let days = invocation.number(maxAge) {
            let oldest = Int(HostFacts.nowMilliseconds() / 1000) - days * 86_400
            models = models.filter { ($0.created ?? 0) >= oldest }
        }
        if let maker = invocation.text(provider)?.lowercased() { models = models.filter { $0.id.lowercased().hasPrefix(maker + "/") } }
        return Array(models.sorted(by: ScannedModel.isBetter).prefix(invocation.number(most) ?? 6))
    }

    private static func ask(_ found: inout [Found], _ context: CommandContext) async throws(CommandFailure) {
        var order = ProbeOrder()
        order.provider = "openrouter"
        order.models = found.map(\.model.ref)
        order.timeout = .milliseconds(context.invocation.number(timeout) ?? 15_000)
        order.concurrency = context.invocation.number(concurrency) ?? 3
        context.output.note("Asking \(found.count) models for a few words each …")
        var results: [String: ProbeResult] = [:]
        _ = try await ProbeRunner(order: order, context: context).run(by: nil) { event in
            guard case .result(let result) = event, let model = result.target.model?.description else { return }
            // With several keys, one that answers will do.
            if results[model]?.status != .ok { results[model] = result }
        }
        for index in found.indices { found[index].result = results[found[index].model.ref] }
    }

    // MARK: Telling and writing

    private static func text(_ found: [Found], width: Int?, colour: Bool) -> String {
        guard !found.isEmpty else { return "No free model fits." }
        var table = Table([
            .flexible("Model", least: 24), .fixed("Context", right: true), .fixed("Params", right: true), .fixed("Tools"), .fixed("Images"),
            .flexible("Status", least: 10),
        ])
        for entry in found {
            let model = entry.model
            let status = entry.result.map { result in
                let error = result.error.map { " (\($0))" } ?? ""
                return Table.Cell(result.status.rawValue + error, result.status == .ok ? .good : .bad)
            }
            table.add([
                Table.Cell(model.ref), Table.Cell(model.context.map { "\($0 / 1000)k" } ?? "-"),
                Table.Cell(model.billions.map { "\(JSONNumber($0).int.map(String.init) ?? String($0))b" } ?? "-"),
                Table.Cell(model.takesTools ? "yes" : "no"), Table.Cell(model.takesImages ? "yes" : "no"), status ?? "not asked",
            ])
        }
        return table.lines(width: width, colour: colour).joined(separator: "\n")
    }

    private static func json(_ found: [Found]) -> JSONObject {
        [
            "models": .array(
                found.map { entry in
                    var object = entry.model.json
                    object["status"] = entry.result.map { .string($0.status.rawValue) } ?? .null
                    object["error"] = entry.result?.error.map { .string($0) } ?? .null
                    object["latencyMs"] = (entry.result?.latency).map { .number(JSONNumber(Int($0.milliseconds))) } ?? .null
                    return .object(object)
                })
        ]
    }

    private static func isWanted(_ fit: [Found], _ context: CommandContext) throws(CommandFailure) -> Bool {
        guard !fit.isEmpty else { return false }
        let invocation = context.invocation
        if invocation.isOn(yes) || invocation.isOn(setDefault) || invocation.isOn(setImage) { return true }
        guard !(invocation.toggle(input) == false), !context.output.wantsJSON, TypedLine.canAsk else { return false }
        return try Prompt().yes(
            "Make \(fit.count == 1 ? "it a fallback" : "these \(fit.count) fallbacks")?", otherwise: false, flag: "--yes")
    }

    private static func write(_ models: [ScannedModel], _ json: JSONObject, _ context: CommandContext) throws(CommandFailure) -> ExitStatus
    {
        let invocation = context.invocation
        var lines: [String] = []
        var doubts: [String] = []
        let change = try ConfigWriter(for: context).write { draft throws(CommandFailure) in
            lines = []
            let chain = try ChainSetting(.model, agent: nil, in: draft)
            var (list, _) = try chain.fallbacks()
            var first: String?
            if invocation.isOn(setDefault), let model = models.first {
                first = try ModelsChange.setDefault(model.ref, in: draft).text
                lines.append("Default model: \(model.ref)")
            }
            for model in models where model.ref != first && !list.contains(model.ref) { list.append(model.ref) }
            try chain.setFallbacks(list)
            lines.append("Fallbacks: \(list.joined(separator: ", "))")
            if invocation.isOn(setImage), let model = models.first(where: \.takesImages) {
                _ = try ModelsChange.setDefault(model.ref, kind: .imageModel, in: draft)
                lines.append("Image model: \(model.ref)")
                doubts = [ModelsChange.notAsked]
            }
        }
        return ModelsChange.tell(change, lines, json, doubts: doubts, context)
    }
}

extension Command {
    static let modelsScan = Command(
        words: ["models", "scan"], summary: "Find free models of OpenRouter and make them fallbacks",
        discussion: [
            "Reads OpenRouter's list of models (no key is sent for that), takes those that cost nothing, those with tools and a long context first, and "
                + "asks each for a few words with the key that is here. Those that answer may then be added to the fallbacks: after a question, with "
                + "--yes, or not at all with --no-input. Free models have low limits: they step in, they do not carry."
        ],
        flags: [
            ModelsScan.probe, ModelsScan.minParams, ModelsScan.maxAge, ModelsScan.provider, ModelsScan.most, ModelsScan.timeout,
            ModelsScan.concurrency, ModelsScan.yes, ModelsScan.input, ModelsScan.setDefault, ModelsScan.setImage, .dryRun,
        ],
        examples: [
            Example("understudy models scan --no-probe --min-params 70", "List the big ones, and ask nobody."),
            Example("understudy models scan --yes --max-candidates 3", "Three that answer become fallbacks."),
        ],
        exitCodes: [
            (.fine, "done"), (.failed, "no free model fits, or none answers"), (.unreachable, "OpenRouter cannot be reached"),
            (.configuration, "the configuration has problems, which are listed"),
        ],
        run: { context throws(CommandFailure) in try await ModelsScan.run(context) })
}
