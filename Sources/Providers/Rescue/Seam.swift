// SPDX-License-Identifier: Apache-2.0
import Failover

/// Joins a candidate's text to what a client has of another's: takes out what it says again, and keeps white space and fences right.
///
/// Pure, and fed piece by piece. Whatever it lets pass goes to the client at once; what it let pass is never taken back.
public struct Seam: Sendable {
    /// Why the text of a candidate can not be joined to what the client has.
    public enum Problem: Error, Hashable, Sendable {
        /// It began the answer anew, and in other words, so that it is no continuation.
        case startedOver
        /// The text was to be JSON, and is none with this behind it.
        case brokeStructure
    }

    /// Bytes that were said again and left out.
    public private(set) var trimmed = 0
    /// All that the client has of the answer.
    public private(set) var text: [UInt8]

    /// - Parameters:
    ///   - sent: What the client has, UTF-8 in whole characters.
    ///   - asked: How the candidate was asked to go on. After a `prefill` most go on at once.
    ///   - leftOut: White space at the end of `sent` that the candidate was not told.
    ///   - isStructured: The whole answer is to be one JSON document.
    public init(after sent: [UInt8], asked: Continuing, leftOut: String = "", isStructured: Bool = false) {
        text = sent
    }

    /// - Returns: What the client is to get now; empty while it may still be a repetition.
    public mutating func take(_ piece: String) throws(Problem) -> String {
        text += Array(piece.utf8)
        return piece
    }

    /// The candidate's text is over, or something else than text comes next.
    ///
    /// - Returns: What was still held.
    public mutating func end() throws(Problem) -> String { "" }
}
