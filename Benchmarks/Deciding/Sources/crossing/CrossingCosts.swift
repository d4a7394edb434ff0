// SPDX-License-Identifier: Apache-2.0
import Failover
import HTTP
import JSON
import Providers

/// What it takes to serve a client of one wire by a provider of another, in CPU time and allocations: a request of 200 KB and 100 turns, a
/// reply of 1 KB, an event of a stream; and what the same wire on both sides takes for the same.
@main
enum CrossingCosts {
    static func main() throws {
        let names = ["openai-completions", "openai-responses", "anthropic-messages", "google-generative-ai"]
        let sides = try names.compactMap { WireKind(rawValue: $0) }.map(Side.init)
        print("| client | provider | request, µs | reply, µs | event, µs | allocations an event |")
        print("| --- | --- | ---: | ---: | ---: | ---: |")
        for client in sides {
            for upstream in sides { try measure(client, upstream) }
        }
    }

    private static func measure(_ client: Side, _ upstream: Side) throws {
        let isSame = client.wire.kind == upstream.wire.kind
        let crossing = Crossing(from: client.wire, to: upstream.wire, of: Maker(provider: "p", wire: upstream.wire.kind))
        let target = RequestTarget(provider: "p", model: "m")
        let asked = try crossing.request(client.body, index: client.index, shape: client.shape, for: target)
        let context = ReplyContext(
            id: "01K", created: 1_767_225_600, model: "m", request: asked.asked, body: client.body, index: client.index)
        let request = Cost.of(batches: 20, calls: 10, prepared: { 0 }) { count in
            if isSame {
                count += client.wire.passthrough(body: client.body, index: client.index, model: "n", params: nil).count
            } else {
                count += (try? crossing.request(client.body, index: client.index, shape: client.shape, for: target).body.count) ?? 0
            }
        }
        let error = ErrorContext(provider: "p", model: "m")
        let reply = Cost.of(batches: 40, calls: 50, prepared: { 0 }) { count in
            let verdict = upstream.wire.readReply(status: 200, headers: [:], body: upstream.reply, context: error, nowMilliseconds: 0)
            guard case .good = verdict else { preconditionFailure("\(upstream.wire.kind): \(verdict)") }
            if isSame { return count += 1 }
            guard let told = crossing.reply(upstream.reply, to: context) else { preconditionFailure("no reply") }
            count += told.count
        }
        let stream = Cost.of(batches: 20, calls: 10, prepared: { 0 }) { count in
            var reader = upstream.wire.makeStreamReader(context: error, nowMilliseconds: 0)
            var crossed = crossing.stream(to: context)
            var output: [UInt8] = []
            for event in upstream.events {
                let read = reader.read(data: event.data.span.bytes, name: event.name.span.bytes)
                guard read.failure == nil else { preconditionFailure("\(upstream.wire.kind): \(String(describing: read.failure))") }
                if isSame || read.marks == .done && event.data.first == UInt8(ascii: "[") { continue }
                output.removeAll(keepingCapacity: true)
                crossed.take(data: event.data.span.bytes, name: event.name.span.bytes, into: &output)
                count += output.count
            }
            if !isSame { crossed.end(into: &output) }
            count += output.count
        }
        let events = Double(upstream.events.count)
        print(
            "| \(client.wire.kind.rawValue) | \(upstream.wire.kind.rawValue) | \(rounded(request.nanoseconds / 1000)) | "
                + "\(rounded(reply.nanoseconds / 1000)) | \(rounded(stream.nanoseconds / 1000 / events)) | "
                + "\(rounded(stream.allocations / events)) |")
    }

    private static func rounded(_ number: Double) -> String {
        let hundredths = Int((number * 100).rounded())
        return "\(hundredths / 100).\(hundredths % 100 < 10 ? "0" : "")\(hundredths % 100)"
    }
}
