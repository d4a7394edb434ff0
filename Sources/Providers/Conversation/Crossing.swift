// SPDX-License-Identifier: Apache-2.0
import JSON

/// A client of one wire served by a provider of another, through neutral values.
public struct Crossing: Sendable {
    public let client: any Wire
    public let upstream: any Wire
    public let maker: Maker

    public init(from client: any Wire, to upstream: any Wire, of maker: Maker) {
        self.client = client
        self.upstream = upstream
        self.maker = maker
    }

    /// A request as the upstream is to get it.
    public struct Request: Sendable {
        public var body: [UInt8]
        /// What did not cross.
        public var lost: [Loss]
        /// What the client asked, without its turns: the replies' writers want it.
        public var asked: Conversation
    }

    /// - Parameter prepare: Changes the neutral request before it is written, such as by putting back what the client's wire had no
    ///   place for.
    /// - Throws: What the client's own wire forbids.
    public func request(
        _ body: [UInt8], index: JSONIndex, shape: RequestShape, for target: RequestTarget, prepare: (inout Conversation) -> Void = { _ in }
    ) throws(RequestProblem) -> Request {
        var conversation = try client.translation.readRequest(body, index: index, shape: shape)
        prepare(&conversation)
        var losses = Losses()
        let carried = upstream.translation.carries
        for loss in conversation.features().all where !carried.contains(loss.feature) { losses.note(loss.feature, loss.detail) }
        let foreign = conversation.dropForeignStates(for: maker)
        if foreign { losses.note(.foreignThinking) }
        let written = upstream.translation.writeRequest(fitted(conversation), for: target, losses: &losses)
        conversation.turns = []
        return Request(body: written, lost: losses.all, asked: conversation)
    }

    /// As every provider takes it, and with names that those of the upstream's wire take.
    private func fitted(_ conversation: Conversation) -> Conversation {
        var fitted = conversation
        fitted.answerCalls()
        var names = ToolNames(conversation.tools, fitting: upstream.translation.toolNames)
        names.fit(&fitted)
        return fitted
    }

    private func givenNames(_ asked: Conversation) -> GivenToolNames {
        GivenToolNames(asked.tools, fitting: upstream.translation.toolNames)
    }

    /// A request for the number of its tokens, as the upstream is to get it.
    ///
    /// - Throws: What the client's own wire forbids.
    /// - Returns: `nil` if the upstream's wire counts none.
    public func countRequest(
        _ body: [UInt8], index: JSONIndex, shape: RequestShape, for target: RequestTarget
    ) throws(RequestProblem) -> Request? {
        var conversation = try client.translation.readRequest(body, index: index, shape: shape)
        var losses = Losses()
        _ = conversation.dropForeignStates(for: maker)
        let written = upstream.translation.writeCountRequest(fitted(conversation), for: target, losses: &losses)
        conversation.turns = []
        return written.map { Request(body: $0, lost: losses.all, asked: conversation) }
    }

    /// What an upstream counted, as the client is to get it.
    ///
    /// - Returns: `nil` if `body` is no count.
    public func count(_ body: [UInt8]) -> [UInt8]? {
        upstream.translation.readTokenCount(body).map(client.translation.writeTokenCount)
    }

    /// A whole reply as the client is to get it.
    ///
    /// - Parameter seen: Is shown the reply before it is written.
    /// - Returns: `nil` if `body` is no reply.
    public func reply(_ body: [UInt8], to context: ReplyContext, seen: (ConversationReply) -> Void = { _ in }) -> [UInt8]? {
        guard var reply = upstream.translation.readReply(body, maker: maker) else { return nil }
        givenNames(context.request).giveBack(&reply)
        FreeFormCalls(context.request.tools).open(&reply)
        seen(reply)
        return client.translation.writeReply(reply, to: context)
    }

    /// For a client that wants a whole reply from an upstream that only streams.
    public func assembly() -> CrossingAssembly {
        CrossingAssembly(
            reader: upstream.translation.makeEventReader(maker: maker), writer: client.translation, rule: upstream.translation.toolNames)
    }

    public func stream(to context: ReplyContext) -> CrossingStream {
        CrossingStream(
            reader: upstream.translation.makeEventReader(maker: maker), writer: client.translation.makeEventWriter(to: context),
            names: givenNames(context.request), calls: FreeFormCalls(context.request.tools))
    }
}

/// One stream on its way from one wire to another, event by event.
public struct CrossingStream: Sendable {
    private var reader: any EventReader
    /// In the state in which the client is, once it has all that was written.
    public private(set) var writer: any EventWriter
    private let names: GivenToolNames
    private var calls: FreeFormCalls
    private var events: [ConversationEvent] = []

    init(reader: any EventReader, writer: any EventWriter, names: GivenToolNames, calls: FreeFormCalls) {
        self.reader = reader
        self.writer = writer
        self.names = names
        self.calls = calls
    }

    /// - Parameters:
    ///   - seen: Is shown each piece before it is written.
    ///   - output: Takes what the client is to get for this event; often nothing.
    public mutating func take(
        data: RawSpan, name: RawSpan, into output: inout [UInt8], seen: (ConversationEvent) -> Void = { _ in }
    ) {
        if data.byteCount == 0 { return }
        reader.read(data: data, name: name, into: &events)
        names.giveBack(&events)
        if calls.isNeeded { calls.open(&events) }
        for event in events {
            seen(event)
            writer.write(event, into: &output)
        }
        events.removeAll(keepingCapacity: true)
    }

    /// The end is proven.
    public mutating func end(into output: inout [UInt8]) {
        if calls.isNeeded {
            calls.end(&events)
            for event in events { writer.write(event, into: &output) }
            events.removeAll()
        }
        writer.end(into: &output)
    }
}

/// One stream on its way to a client of another wire that wants a whole reply.
public struct CrossingAssembly: Sendable {
    private var reader: any EventReader
    private let writer: any WireTranslation
    private let rule: ToolNameRule
    private var assembly = ReplyAssembly()
    private var events: [ConversationEvent] = []

    /// - Parameter rule: That of the upstream's wire.
    init(reader: any EventReader, writer: any WireTranslation, rule: ToolNameRule) {
        self.reader = reader
        self.writer = writer
        self.rule = rule
    }

    /// More came than a reply may have.
    public var isTooLarge: Bool { assembly.isTooLarge }

    public mutating func take(data: RawSpan, name: RawSpan) {
        if data.byteCount == 0 { return }
        reader.read(data: data, name: name, into: &events)
        for event in events { assembly.take(event) }
        events.removeAll(keepingCapacity: true)
    }

    /// The whole reply, once its end is proven.
    ///
    /// - Parameter seen: Is shown the reply before it is written.
    public func reply(to context: ReplyContext, seen: (ConversationReply) -> Void = { _ in }) -> [UInt8] {
        var reply = assembly.reply
        GivenToolNames(context.request.tools, fitting: rule).giveBack(&reply)
        FreeFormCalls(context.request.tools).open(&reply)
        seen(reply)
        return writer.writeReply(reply, to: context)
    }
}

extension Conversation {
    /// Takes out what only another maker could read, and the thoughts that it proves.
    ///
    /// - Returns: Whether there was any.
    mutating func dropForeignStates(for maker: Maker) -> Bool {
        var found = false
        func kept(_ state: ProviderState?) -> ProviderState? {
            guard let state, state.maker != maker else { return state }
            found = true
            return nil
        }
        for turn in turns.indices {
            for part in turns[turn].parts.indices {
                switch turns[turn].parts[part] {
                case .text(var text) where text.state != nil:
                    text.state = kept(text.state)
                    turns[turn].parts[part] = .text(text)
                case .thinking(var thinking) where thinking.state != nil:
                    thinking.state = kept(thinking.state)
                    turns[turn].parts[part] = .thinking(thinking)
                case .toolCall(var call) where call.state != nil:
                    call.state = kept(call.state)
                    turns[turn].parts[part] = .toolCall(call)
                default: break
                }
            }
            turns[turn].parts.removeAll { part in
                if case .thinking(let thinking) = part { return thinking.text.isEmpty && thinking.state == nil }
                return false
            }
        }
        return found
    }
}
