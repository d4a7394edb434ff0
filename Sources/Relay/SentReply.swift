// SPDX-License-Identifier: Apache-2.0
import Failover
import Providers

/// What a client has of a reply that broke off: all that another candidate needs to go on with it.
///
/// A class, so that the plans and calls that pass it on hold a pointer.
final class SentReply {
    /// Of the reply's beginning.
    let context: ReplyContext
    /// In the state in which the client is.
    let writer: any EventWriter
    /// The answer's text, UTF-8; empty: nothing of the answer yet.
    let text: [UInt8]
    /// What the attempts so far have cost, as far as it is known.
    let told: Usage?

    init(context: ReplyContext, writer: any EventWriter, text: [UInt8], told: Usage?) {
        self.context = context
        self.writer = writer
        self.text = text
        self.told = told
    }

    /// The same, after an attempt of which the client got nothing, though it said something.
    func costing(_ more: Usage) -> SentReply {
        SentReply(context: context, writer: writer, text: text, told: more.behind(told))
    }

    /// The whole answer is to be one JSON document.
    var isStructured: Bool {
        switch context.request.output {
        case .json, .schema: true
        case .text, nil: false
        }
    }
}

extension RescueObstacle {
    /// What was asked for that no second candidate could go on with.
    init?(_ asked: Conversation) {
        if (asked.sampling.choices ?? 1) > 1 {
            self = .choices
        } else if asked.sampling.logprobs == true || asked.sampling.topLogprobs ?? 0 > 0 {
            self = .logprobs
        } else {
            return nil
        }
    }
}
