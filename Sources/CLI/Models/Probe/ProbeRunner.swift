// SPDX-License-Identifier: Apache-2.0
import Failover
import Gateway
import Relay
import Transport

/// Has the probing done, by the running gateway or here, and stops at Ctrl-C.
struct ProbeRunner {
    enum Told: Sendable {
        case event(ProbeEvent)
        /// The person at the terminal has seen enough.
        case interrupted
        case failed(CommandFailure)
    }

    let order: ProbeOrder
    let context: CommandContext

    /// - Parameters:
    ///   - client: The gateway that is to do it; `nil`: it is done here.
    ///   - each: Is shown what comes, in order.
    /// - Returns: Whether it was interrupted.
    func run(by client: GatewayClient?, each: (ProbeEvent) -> Void) async throws(CommandFailure) -> Bool {
        let group: EventLoopGroup
        do throws(SystemError) {
            group = try EventLoopGroup(count: 1)
        } catch {
            throw CommandFailure(.failed, "probing cannot be begun: \(error)")
        }
        defer { group.stop() }
        let loop = group.loops[0]
        let (told, teller) = AsyncStream.makeStream(of: Told.self)
        let here = client == nil ? try ProbeHere(order, context, group, teller) : nil
        do throws(SystemError) {
            try Signals.deliver(on: loop) { kind in
                guard kind == .stop else { return }
                teller.yield(.interrupted)
                teller.finish()
            }
        } catch {
            throw CommandFailure(.failed, "probing cannot be begun: \(error)")
        }
        let order = order
        let work = Task(executorPreference: loop) {
            if let client {
                await ProbeStream(client, order, teller, on: loop).run()
            } else {
                await here?.run()
            }
            teller.finish()
        }
        var wasInterrupted = false
        var failure: CommandFailure?
        for await piece in told {
            switch piece {
            case .event(let event): each(event)
            case .interrupted: wasInterrupted = true
            case .failed(let why): failure = why
            }
        }
        work.cancel()
        await work.value
        if let failure { throw failure }
        return wasInterrupted
    }
}
