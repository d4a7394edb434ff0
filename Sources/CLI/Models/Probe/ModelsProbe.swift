// SPDX-License-Identifier: Apache-2.0
import Failover
import Relay

/// `understudy models status --probe`: asks, and shows each result as it comes.
struct ModelsProbe {
    let order: ProbeOrder
    let context: CommandContext

    /// - Parameter gateway: The one that runs; `nil`: none does, or it does not answer.
    func run(by gateway: GatewayClient?) async throws(CommandFailure) -> ProbePage {
        let output = context.output
        var page = ProbePage(order)
        let wasInterrupted = try await ProbeRunner(order: order, context: context).run(by: gateway) { event in
            page.take(event)
            switch event {
            case .begin(let targets, _, _): begin(page, targets.count)
            case .result(let result): show(result, in: page)
            case .end: break
            }
        }
        if wasInterrupted { page.interrupt(at: Timestamp(milliseconds: HostFacts.nowMilliseconds())) }
        if !output.wantsJSON { output.text(page.summary(width: output.textWidth)) }
        return page
    }

    private func begin(_ page: ProbePage, _ count: Int) {
        let output = context.output
        if count > 0 {
            let seconds = Age.seconds(order.timeout)
            output.note(
                "Probing \(count == 1 ? "1 target" : "\(count) targets"), \(order.concurrency) at a time, each for \(seconds) at most …")
        }
        guard !output.wantsJSON else { return }
        output.text("\nAuth probes")
        if count > 0 { output.text(page.heading(width: output.terminal.width, colour: output.terminal.colour)) }
    }

    private func show(_ result: ProbeResult, in page: ProbePage) {
        let output = context.output
        guard output.wantsJSON else {
            return output.text(page.row(result, width: output.terminal.width, colour: output.terminal.colour))
        }
        let model = result.target.model?.description ?? result.target.provider.rawValue
        output.note(
            "\(page.results.count)/\(page.targets.count) \(model) \(result.target.credential?.rawValue ?? "-"): \(ProbePage.status(result))"
        )
    }
}
