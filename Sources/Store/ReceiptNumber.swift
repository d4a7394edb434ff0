// SPDX-License-Identifier: Apache-2.0
import Failover

/// Where a receipt stands in its table: the millisecond in which its request began, then one of 32,768 places in it.
///
/// The row's number is the only key of the table: rows in the order of their numbers are receipts in the order of time, and an id
/// leads to its millisecond, since a receipt's id begins with it.
enum ReceiptNumber {
    private static let placeBits: Int64 = 15
    /// 48 bits, as many as an id has for the time.
    private static let lastMillisecond: Int64 = 1 << 48 - 1

    /// Places of one millisecond.
    static let places: Int64 = 1 << placeBits

    /// The first number of the millisecond of `time`; what an id cannot say counts as the nearest that it can.
    static func first(at time: Timestamp) -> Int64 { min(max(time.milliseconds, 0), lastMillisecond) << placeBits }

    static func time(of number: Int64) -> Timestamp { Timestamp(milliseconds: number >> placeBits) }

    /// Where a receipt would like to stand: chance keeps those of one millisecond apart, mostly.
    static func wanted(by id: ReceiptID.Bits) -> Int64 { first(at: id.time) | Int64(id.high & 0xFFFF) >> 1 }

    /// The next place in the same millisecond; behind the last comes the first.
    static func next(after number: Int64) -> Int64 {
        number & ~(places - 1) | (number + 1) & (places - 1)
    }

    /// Between the beginnings of two requests.
    static func time(from earlier: Int64, to later: Int64) -> Duration { time(of: later) - time(of: earlier) }
}
