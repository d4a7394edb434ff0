// SPDX-License-Identifier: Apache-2.0
import Failover
import JSON

/// What the client of a stream has been told by its first choice, as far as another candidate must know to go on from there.
///
/// Stands still from the first event with a tool call on: calls are held back until the end is proven, and with them all that comes
/// behind, so that the client has nothing of it.
public struct Said: Sendable {
    /// UTF-8. Ends before half of a surrogate pair, as long as its other half has not come.
    public private(set) var text: [UInt8] = []
    public private(set) var hasReasoned = false
    /// A tool call has begun, and with it what is held back.
    public private(set) var hasCalled = false
    /// The first half of a pair whose second half has not come.
    private var half: UInt16 = 0
    private var isOther = false
    private var isServerTool = false
    private var isTooLong = false
    /// Where the event that is being read began.
    private var mark = 0

    /// Bytes of text that are kept of one stream.
    static let limit = 1 << 20

    public init() {}

    /// Why nobody could go on from here.
    public var obstacle: RescueObstacle? {
        if isServerTool { return .serverTool }
        if isOther { return .otherContent }
        return isTooLong ? .tooLong : nil
    }

    /// The last event ended in the middle of a character: it is sent together with the next.
    public var endsInHalf: Bool { half != 0 }

    /// `text` without the last event, if that ended in half of a character.
    public var textInWholeEvents: [UInt8] { half == 0 ? text : Array(text[..<min(mark, text.count)]) }

    /// Called by a reader before it looks at an event.
    public mutating func beginEvent() { mark = text.count }

    /// - Parameter string: A piece of the answer's text.
    public mutating func say(_ string: JSONSlice, in data: RawSpan) {
        guard !hasCalled, !isTooLong else { return }
        guard text.count + (string.range.upperBound - string.range.lowerBound) <= Self.limit else {
            isTooLong = true
            text = []
            return
        }
        JSONText.append(piece: string, in: data, half: &half, to: &text)
    }

    public mutating func reason() { if !hasCalled { hasReasoned = true } }

    /// An image, audio, a refusal: something beside text, thoughts and calls.
    public mutating func sayOther() { if !hasCalled { isOther = true } }

    /// A tool that the provider runs itself has begun, whether the client has been told or not.
    public mutating func runTool() { isServerTool = true }

    /// More came than is kept of a stream, beside its text.
    public mutating func outgrow() {
        isTooLong = true
        text = []
        mark = 0
    }

    public mutating func call() {
        guard !hasCalled else { return }
        hasCalled = true
        text.removeLast(max(0, text.count - mark))
        half = 0
    }
}
