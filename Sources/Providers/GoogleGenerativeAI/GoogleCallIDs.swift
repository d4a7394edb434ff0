// SPDX-License-Identifier: Apache-2.0

/// Ids of function calls, which Google's models give some of and older ones none.
enum GoogleCallIDs {
    /// An id for a call that has none: the same whenever the same conversation or reply is read.
    ///
    /// - Parameters:
    ///   - seed: Tells this reply from others; empty in a request, where `ordinal` counts through the conversation.
    ///   - ordinal: Counts calls from 0.
    static func make(seed: String, name: String, arguments: String = "", ordinal: Int) -> String {
        let text = [seed, name, arguments].joined(separator: "\u{0}")
        let hash = StableHash.of(text.utf8, salt: UInt64(truncatingIfNeeded: ordinal))
        let digits = String(hash, radix: 36)
        return "call_" + String(repeating: "0", count: max(0, 13 - digits.utf8.count)) + digits
    }
}

/// Joins results to their calls: by id, else by name, in the order of the calls. Takes the same time for each, however many there are.
struct GooglePendingCalls {
    private var ids: [String] = []
    private var isAnswered: [Bool] = []
    private var byID: [String: Queue] = [:]
    private var byName: [String: Queue] = [:]
    private var ordinal = 0

    /// Places of calls, of which those before `next` are answered.
    private struct Queue {
        var places: [Int] = []
        var next = 0

        mutating func first(_ isAnswered: [Bool]) -> Int? {
            while next < places.count, isAnswered[places[next]] { next += 1 }
            return next < places.count ? places[next] : nil
        }
    }

    /// - Parameter id: As the request has it.
    /// - Returns: The call's id.
    mutating func call(id: String?, name: String) -> String {
        let id = id ?? GoogleCallIDs.make(seed: "", name: name, ordinal: ordinal)
        ordinal += 1
        byID[id, default: Queue()].places.append(ids.count)
        byName[name, default: Queue()].places.append(ids.count)
        ids.append(id)
        isAnswered.append(false)
        return id
    }

    /// - Returns: The id of the call that this is the result of; one of its own where there is none.
    mutating func result(id: String?, name: String) -> String {
        if let place = id.flatMap({ byID[$0]?.first(isAnswered) }) ?? byName[name]?.first(isAnswered) {
            isAnswered[place] = true
            return ids[place]
        }
        ordinal += 1
        return id ?? GoogleCallIDs.make(seed: "result", name: name, ordinal: ordinal)
    }
}
