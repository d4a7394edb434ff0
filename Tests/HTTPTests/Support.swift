// SPDX-License-Identifier: Apache-2.0
import HTTP
import TestSupport

/// A request head with line ends written as LF, as it goes over a connection.
func wire(_ text: String) -> [UInt8] { Array(text.replacing("\n", with: "\r\n").utf8) }

/// What the parser makes of `bytes`: the head and how many of them it took.
func parse(_ bytes: [UInt8], _ parser: RequestHeadParser = RequestHeadParser()) throws -> (head: RequestHead, consumed: Int)? {
    try parser.parse(bytes.span.bytes)
}

/// The code of the problem that `body` ends with; `nil` if it ends well.
func problem(_ body: () throws -> Void) -> HTTPProblem? {
    do {
        try body()
        return nil
    } catch {
        return error as? HTTPProblem
    }
}

func bytes(_ span: RawSpan) -> [UInt8] { span.withUnsafeBytes { Array($0) } }

func text(_ span: RawSpan) -> String { String(decoding: bytes(span), as: UTF8.self) }

extension Array where Element == UInt8 {
    /// These bytes in random pieces, some of them empty.
    func pieces(using random: inout SplitMix64) -> [[UInt8]] {
        var pieces: [[UInt8]] = []
        var start = 0
        while start < count {
            let end = Swift.min(count, start + Int.random(in: 0...7, using: &random))
            pieces.append(Array(self[start..<end]))
            start = end
        }
        return pieces
    }
}
