// SPDX-License-Identifier: Apache-2.0
import Failover
import JSON

/// Follows a `streamGenerateContent` stream: each event is a reply of its own with the next parts
/// (docs/wire/google-generative-ai.md, "Streams").
///
/// The usual event, one candidate with a piece of text, is validated and classified without an allocation.
struct GoogleStreamReader: StreamReader {
    private let reader: ErrorReader
    /// Candidates that began, that said something and that have a finish reason, a bit per index.
    private var begun: UInt64 = 0
    private var spoken: UInt64 = 0
    private var finished: UInt64 = 0
    private var isBlocked = false
    private(set) var finish: String?
    private(set) var usage: Usage?
    private(set) var said = Said()
    private var place = GooglePlace()
    private var signatures = Proofs()
    private var hasEvents = false

    private let choices: Int
    /// Nothing more comes: what has not begun by now never will.
    private var isClosed = false

    /// - Parameter choices: As many were asked for.
    init(reader: ErrorReader, choices: Int = 1) {
        self.reader = reader
        self.choices = choices
    }

    var endIsProven: Bool { isBlocked || allHaveFinished }

    private var allHaveFinished: Bool { finished != 0 && finished == begun && (isClosed || finished.nonzeroBitCount >= choices) }

    var proofs: [Proof] { signatures.all }

    mutating func upstreamEnded() -> ErrorObject? {
        isClosed = true
        if endIsProven { return nil }
        return reader.fault(hasEvents ? .closedEarly : .emptyReply)
    }

    func makeWriter(goingOnTo context: ReplyContext) -> any EventWriter {
        GoogleEventWriter(context, after: place, said: said, usage: usage)
    }

    mutating func read(data: RawSpan, name: RawSpan) -> StreamEvent {
        if data.byteCount == 0 { return StreamEvent() }
        // Google has no terminator; some who speak its wire send one.
        if data.isText("[DONE]") { return StreamEvent(.done) }
        hasEvents = true
        said.beginEvent()
        if name.byteCount != 0, name.isText("error") { return StreamEvent(failure: reader.insideSuccess(bytes: data)) }
        let envelope: GoogleEnvelope
        do {
            envelope = try GoogleEnvelope(scanning: data)
        } catch {
            return malformed("invalid JSON at byte \(error.offset): \(error.message)")
        }
        guard envelope.root.kind == .array else { return read(envelope, data) }
        var event = StreamEvent()
        envelope.root.forEachElement(in: data) { element in
            let piece = read(GoogleEnvelope(element, in: data), data)
            if piece.failure != nil {
                event = piece
                return false
            }
            event.marks.formUnion(piece.marks)
            return true
        }
        return event
    }

    private mutating func read(_ envelope: GoogleEnvelope, _ data: RawSpan) -> StreamEvent {
        guard envelope.root.kind == .object else { return malformed("an event is \(envelope.root.kind.text), not an object") }
        if envelope.isError(in: data) {
            return StreamEvent(failure: reader.insideSuccess(bytes: data.extracting(envelope.root.range)))
        }
        var event = StreamEvent()
        if let told = GoogleUsage.read(envelope.usage, in: data) {
            usage = usage?.updated(by: told) ?? told
            event.marks.insert(.usage)
        }
        if let reason = envelope.blockReason(in: data) {
            isBlocked = true
            if finish == nil { finish = reason }
            event.marks.insert(.finish)
        }
        guard let candidates = envelope.candidates else { return event }
        place.begin(envelope.root, in: data)
        guard candidates.kind == .array else { return malformed("candidates is \(candidates.kind.text)") }
        return read(candidates, data, event)
    }

    private mutating func read(_ candidates: JSONSlice, _ data: RawSpan, _ event: StreamEvent) -> StreamEvent {
        var event = event
        var position = 0
        var members = GoogleCandidate()
        candidates.forEachElement(in: data) { key, value in
            members.keep(value, named: key, in: data)
            return true
        } element: { candidate in
            if let failure = read(candidate, members, at: position, data, &event.marks) {
                event = failure
                return false
            }
            members = GoogleCandidate()
            position += 1
            return true
        }
        return event
    }

    /// - Returns: `nil` unless the candidate is a failure.
    private mutating func read(
        _ candidate: JSONSlice, _ members: GoogleCandidate, at position: Int, _ data: RawSpan, _ marks: inout StreamEvent.Marks
    ) -> StreamEvent? {
        guard candidate.kind == .object else { return malformed("candidates[\(position)] is \(candidate.kind.text)") }
        let index = members.index.map { $0.googleInt(in: data) ?? -1 } ?? position
        guard (0..<64).contains(index) else { return malformed("candidates[\(position)].index is out of range") }
        let bit = UInt64(1) << UInt64(index)
        begun |= bit
        if let content = members.content {
            guard content.kind == .object else { return malformed("candidates[\(position)].content is \(content.kind.text)") }
            let told = GoogleParts.read(content, isFirst: index == 0, in: data, said: &said, proofs: &signatures)
            if !told.isEmpty { spoken |= bit }
            marks.formUnion(told)
        }
        guard let reason = members.reason, !reason.isEmptyString else { return nil }
        guard reason.kind == .string else { return malformed("candidates[\(position)].finishReason is \(reason.kind.text)") }
        let word = reason.string(in: data) ?? ""
        if GoogleFinish.isNone(word) { return nil }
        if GoogleFinish.isFailure(word) || (GoogleFinish.isVague(word) && spoken & bit == 0) {
            return StreamEvent(failure: reader.brokenOff(word, members.message?.string(in: data)))
        }
        finished |= bit
        if finish == nil || index == 0 { finish = word }
        marks.insert(.finish)
        return nil
    }

    private func malformed(_ what: String) -> StreamEvent {
        StreamEvent(failure: reader.fault(.malformed(what)))
    }
}
