// SPDX-License-Identifier: Apache-2.0
import JSON

/// What a client knows of a stream that it got as it came, for a writer that goes on behind it.
struct ChatPlace: Sendable {
    /// Its id, its time and its tier, of the first event with a choice: Azure's first has no choice, and no id.
    private(set) var head = ReplyHead()
    private(set) var hasHead = false
    /// The role has been told.
    var hasBegun = false
    /// Entries of `reasoning_details` so far: SDKs join those of one index.
    private(set) var details = 0

    /// - Parameter root: Of the first event with a choice.
    mutating func keepHead(_ root: JSONSlice, in data: RawSpan) {
        hasHead = true
        head = ChatReplyReading.head(root, data)
    }

    /// - Parameter list: The `reasoning_details` of an event.
    mutating func keepDetails(_ list: JSONSlice, in data: RawSpan) {
        list.forEachElement(in: data) { entry in
            let index = entry.kind == .object ? entry.member("index", in: data)?.int(in: data) : nil
            details = max(details, (index.map { min(max($0, 0), 1 << 20) } ?? details) + 1)
            return true
        }
    }
}
