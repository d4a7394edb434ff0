// SPDX-License-Identifier: Apache-2.0
import Failover

/// Receipts on their way into their table, encoded: rows, and the bytes of all of them in one piece.
///
/// Encoded where they are made, while they are warm in the processor's cache: taking receipts apart on another thread, which would
/// have to fetch and free each of their parts, costs more than encoding them.
struct ReceiptBatch: Sendable {
    struct Row: Sendable {
        var number: Int64
        var isFailure: Bool
        /// `nil`: the bytes are the whole receipt as JSON.
        var shape: ReceiptShape?
        /// Where its bytes end, and those of the next begin.
        var end: Int
    }

    private(set) var rows: [Row] = []
    private(set) var bytes: [UInt8] = []

    var isEmpty: Bool { rows.isEmpty }
    var count: Int { rows.count }
    /// Memory that it takes.
    var size: Int { bytes.count + rows.count * MemoryLayout<Row>.stride }

    /// Adds a receipt as its own values, which its shape does not have.
    ///
    /// - Returns: `false` if they cannot be said so, and nothing was added.
    mutating func add(_ receipt: borrowing Receipt, _ id: ReceiptID.Bits, like shape: ReceiptShape) -> Bool {
        guard ReceiptNumbers.append(receipt, id, to: &bytes) else { return false }
        rows.append(Row(number: ReceiptNumber.wanted(by: id), isFailure: false, shape: shape, end: bytes.count))
        return true
    }

    mutating func add(whole json: borrowing CompactJSON, at number: Int64, isFailure: Bool) {
        json.withBytes { bytes.append(contentsOf: $0) }
        rows.append(Row(number: number, isFailure: isFailure, shape: nil, end: bytes.count))
    }

    /// Forgets its rows, and keeps its memory unless it is much.
    mutating func removeAll() {
        rows.removeAll(keepingCapacity: rows.capacity <= 4_096)
        bytes.removeAll(keepingCapacity: bytes.capacity <= 1 << 18)
    }
}

/// The shapes that receipts had lately, the one that was met last first.
struct KnownShapes: Sendable {
    private var shapes: [ReceiptShape] = []
    private var lastNumber = Int64.min

    /// When there are more, the one that was met longest ago is forgotten, and stored anew when it is met again.
    private static let limit = 256
    /// A shape is used for a day, so that it can go a day after the last receipt that may refer to it.
    static let time = Duration.seconds(86_400)

    /// - Parameter number: Of the receipt.
    /// - Returns: `nil` for a receipt that is worth a row of its own.
    mutating func shape(of receipt: borrowing Receipt, at number: Int64) -> ReceiptShape? {
        if let place = shapes.firstIndex(where: { $0.fits(receipt) }) {
            if place > 0 { shapes.swapAt(place, place - 1) }
            let known = shapes[max(place - 1, 0)]
            if ReceiptNumber.time(from: known.number, to: number) < Self.time { return known }
            shapes.remove(at: max(place - 1, 0))
        }
        // No two shapes have one number, as two receipts may that want the same place.
        guard let made = ReceiptShape(number: max(number, lastNumber &+ 1), of: copy receipt) else { return nil }
        lastNumber = made.number
        if shapes.count >= Self.limit { shapes.removeLast() }
        shapes.insert(made, at: 0)
        return made
    }
}
