// SPDX-License-Identifier: Apache-2.0

/// What is to happen, soonest first; of two at one moment the one that was planned first.
struct EventQueue {
    enum Event {
        case arrivals
        /// Of the attempt under way in a slot. `turn` tells it from later ones.
        case speaks(slot: Int, turn: Int)
        case ends(slot: Int, turn: Int)
        case leaves(slot: Int, request: Int)
        case waited(slot: Int, request: Int)
        case changes(Change)
    }

    /// What changes around the requests.
    enum Change {
        case money(credential: Int), key(credential: Int), outage(endpoint: Int), load(model: Int), network
        case clock, restart, reload, pause, upkeep
    }

    private struct Entry {
        var time: Int64
        var number: UInt64
        var event: Event

        func isBefore(_ other: Entry) -> Bool { time != other.time ? time < other.time : number < other.number }
    }

    private var heap: [Entry] = []
    private var planned: UInt64 = 0

    mutating func plan(_ event: Event, at time: Int64) {
        heap.append(Entry(time: time, number: planned, event: event))
        planned += 1
        var place = heap.count - 1
        while place > 0, heap[place].isBefore(heap[(place - 1) / 2]) {
            heap.swapAt(place, (place - 1) / 2)
            place = (place - 1) / 2
        }
    }

    mutating func next() -> (time: Int64, event: Event)? {
        guard let first = heap.first else { return nil }
        let last = heap.removeLast()
        if !heap.isEmpty {
            heap[0] = last
            var place = 0
            while true {
                var least = place
                for child in [2 * place + 1, 2 * place + 2] where child < heap.count && heap[child].isBefore(heap[least]) { least = child }
                if least == place { break }
                heap.swapAt(place, least)
                place = least
            }
        }
        return (first.time, first.event)
    }
}
