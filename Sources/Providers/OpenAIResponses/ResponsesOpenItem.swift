// SPDX-License-Identifier: Apache-2.0

/// Output items that a writer has begun and not ended. Texts are as they stand between a JSON string's quotes.
enum ResponsesOpenItem {
    struct Message {
        let place: Int
        let id: String
        /// Whole.
        var parts: [[UInt8]] = []
        var open: Text?
        /// What hangs onto its last text.
        var state: ProviderState?
    }

    struct Text {
        let isRefusal: Bool
        var text: [UInt8] = []
        var annotations: [UInt8] = []
        var citations = 0
        var logprobs: [TokenLikelihood] = []
        var characters = 0
        /// Its client has been told all of it, but not its end.
        var isTold = false
    }

    struct Reasoning {
        let place: Int
        let id: String
        /// Of the part that is open; `nil`: none is.
        var text: [UInt8]?
        /// The parts that are whole, joined by commas.
        var summary: [UInt8] = []
        var parts = 0
        var state: ProviderState?
    }

    struct Call {
        let place: Int
        let number: Int
        let item: ResponsesOutputItem.Call
        var arguments: [UInt8] = []
        var state: ProviderState?
    }
}

extension ResponsesOpenItem.Message {
    /// As another candidate has left it.
    ///
    /// - Parameter said: The text that its parts are ranges of.
    init(_ item: ResponsesPlace.Item, id: String, said: [UInt8]) {
        self.init(place: item.place, id: id)
        for part in item.parts {
            let text = ResponsesAbandoned.text(of: part, said: said)
            if part.state == .done {
                parts.append(ResponsesOutputItem.text(text, annotations: part.annotations))
                continue
            }
            let plain = String(decoding: said[ResponsesAbandoned.range(of: part, in: said)], as: UTF8.self)
            open = ResponsesOpenItem.Text(
                isRefusal: false, text: text, annotations: part.annotations, citations: part.citations,
                characters: plain.unicodeScalars.count, isTold: part.state == .told)
        }
    }
}
