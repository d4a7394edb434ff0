// SPDX-License-Identifier: Apache-2.0
import Failover

/// Joins a candidate's text to what a client has of another's: takes out what it says again, and keeps white space and fences right.
///
/// Pure, and fed piece by piece. Whatever it lets pass goes to the client at once; what it let pass is never taken back.
/// docs/streams.md, "The seam", has each outcome.
public struct Seam: Sendable {
    /// Why the text of a candidate can not be joined to what the client has.
    public enum Problem: Error, Hashable, Sendable {
        /// It began the answer anew, and in other words, so that it is no continuation.
        case startedOver
        /// The text was to be JSON, and is none with this behind it.
        case brokeStructure
    }

    /// Bytes that were left out: what was said again, and a greeting or a fence before it.
    public private(set) var trimmed = 0
    /// All that the client has of the answer.
    public private(set) var text: [UInt8]

    /// Until it is known where the new text begins.
    private var joint: Joint?
    /// All of `text`, where it is to be JSON.
    private var structure: JSONPrefix?

    /// - Parameters:
    ///   - sent: What the client has, UTF-8 in whole characters.
    ///   - asked: How the candidate was asked to go on. After a `prefill` most go on at once.
    ///   - leftOut: White space at the end of `sent` that the candidate was not told.
    ///   - isStructured: The whole answer is to be one JSON document.
    public init(after sent: [UInt8], asked: Continuing, leftOut: String = "", isStructured: Bool = false) {
        text = sent
        if !sent.isEmpty { joint = Joint(after: sent, asked: asked, leftOut: Array(leftOut.utf8), isStructured: isStructured) }
        guard isStructured else { return }
        var prefix = JSONPrefix()
        isBroken = !prefix.take(sent)
        structure = prefix
    }

    /// What was sent is the beginning of no document.
    private var isBroken = false

    /// - Returns: What the client is to get now; empty while it may still be a repetition.
    public mutating func take(_ piece: String) throws(Problem) -> String {
        if piece.isEmpty { return "" }
        guard joint != nil else { return try pass(piece) }
        let taken = joint?.take(piece.utf8)
        return try pass(taken ?? .held)
    }

    /// The candidate's text is over, or something else than text comes next.
    ///
    /// - Returns: What was still held.
    public mutating func end() throws(Problem) -> String {
        guard joint != nil else { return "" }
        return try pass(joint?.end() ?? .held)
    }

    private mutating func pass(_ outcome: Joint.Outcome) throws(Problem) -> String {
        switch outcome {
        case .held: return ""
        case .startedOver: throw .startedOver
        case .joined(let rest, let leftOut):
            joint = nil
            let passed = try pass(String(decoding: rest, as: UTF8.self))
            trimmed += leftOut
            return passed
        }
    }

    private mutating func pass(_ piece: String) throws(Problem) -> String {
        if isBroken { throw .brokeStructure }
        if structure?.take(piece.utf8) == false {
            isBroken = true
            throw .brokeStructure
        }
        text.append(contentsOf: piece.utf8)
        return piece
    }
}
