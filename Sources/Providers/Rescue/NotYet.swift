// SPDX-License-Identifier: Apache-2.0

extension StreamReader {
    public var said: Said { Said() }
    public func makeWriter(goingOnTo context: ReplyContext) -> any EventWriter { WireKind.openaiCompletions.wire.translation.makeEventWriter(to: context) }
}

extension EventWriter {
    public mutating func goOn(as model: String) {}
}

extension Wire {
    public func continued(_ body: [UInt8], by continuation: Continuation) -> ContinuedBody? { nil }
}
