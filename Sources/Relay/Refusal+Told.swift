// SPDX-License-Identifier: Apache-2.0
import Failover
import Providers

extension Refusal {
    /// The same with the status that the client's API has for it: Anthropic's says overload by 529, the others by 503
    /// (docs/wire/anthropic-messages.md, "Errors").
    func told(on wire: WireKind) -> Refusal {
        guard isOverload, status == 503, wire == .anthropicMessages else { return self }
        var refusal = self
        refusal.status = 529
        return refusal
    }
}
