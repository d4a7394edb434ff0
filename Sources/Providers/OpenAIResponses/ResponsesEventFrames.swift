// SPDX-License-Identifier: Apache-2.0

/// Frames a stream's events: each with its name and number, and where it is of an item, with the item's id and place.
struct ResponsesEventFrames {
    /// What names this reply's items.
    private let mark: String
    /// The number of the next event.
    private(set) var sequence = 0
    /// Of the output so far; those that are still open are empty.
    private(set) var items: [[UInt8]] = []

    init(mark: String) { self.mark = mark }

    /// Goes on behind events that the client got as they came.
    ///
    /// - Parameters:
    ///   - sequence: Of the next event.
    ///   - items: Those that are whole, by place.
    init(mark: String, sequence: Int, items: [[UInt8]]) {
        self.mark = mark
        self.sequence = sequence
        self.items = items
    }

    /// - Parameter members: Appends the event's own, each after a comma.
    mutating func event(_ type: String, _ output: inout [UInt8], _ members: (inout [UInt8]) -> Void) {
        output.append("event: ")
        output.append(type)
        output.append("\ndata: {\"type\":\"")
        output.append(type)
        output.append("\",\"sequence_number\":")
        output.append(String(sequence))
        sequence += 1
        members(&output)
        output.append("}\n\n")
    }

    /// An event of an item, with its place and, where it has parts, the part's.
    mutating func event(
        _ type: String, _ place: Int, _ id: String, part: (name: String, number: Int)? = nil, _ output: inout [UInt8],
        _ members: (inout [UInt8]) -> Void
    ) {
        event(type, &output) { output in
            output.append(#","item_id":""#)
            output.append(id)
            output.append(#"","output_index":"#)
            output.append(String(place))
            if let part {
                output.append(",\"")
                output.append(part.name)
                output.append("\":")
                output.append(String(part.number))
            }
            members(&output)
        }
    }

    /// An event that holds an item as it stands.
    mutating func itemEvent(_ type: String, _ place: Int, _ item: [UInt8], _ output: inout [UInt8]) {
        event(type, &output) { output in
            output.append(#","output_index":\#(place),"item":"#)
            output += item
        }
    }

    /// Takes the next place in the output.
    mutating func addItem(_ prefix: String) -> (place: Int, id: String) {
        let place = items.count
        items.append([])
        return (place, id(prefix, at: place))
    }

    func id(_ prefix: String, at place: Int) -> String { "\(prefix)_\(mark)_\(place)" }

    /// The item of `place` is whole.
    mutating func done(_ item: [UInt8], _ place: Int, _ output: inout [UInt8]) {
        items[place] = item
        itemEvent("response.output_item.done", place, item, &output)
    }

    /// What belongs to an item before, as an item of its own: it comes back as a thought that is not shown.
    mutating func hang(_ sealed: String, _ output: inout [UInt8]) {
        let (place, id) = addItem("rs")
        let begun = ResponsesOutputItem.reasoning(id: id, sealed: sealed, status: "in_progress")
        itemEvent("response.output_item.added", place, begun, &output)
        done(ResponsesOutputItem.reasoning(id: id, sealed: sealed, status: "completed"), place, &output)
    }

    /// A member `name` with text that is between quotes already.
    static func member(_ name: String, _ text: [UInt8], _ output: inout [UInt8]) {
        output.append(",\"")
        output.append(name)
        output.append("\":\"")
        output += text
        output.append("\"")
    }

    static func member(_ name: String, json: [UInt8], _ output: inout [UInt8]) {
        output.append(",\"")
        output.append(name)
        output.append("\":")
        output += json
    }
}
