// SPDX-License-Identifier: Apache-2.0
import Gateway
import HTTP
import JSON
import Relay
import Transport

/// Has a running gateway probe, and tells of its lines as they come. To leave ends the probing there.
///
/// `@unchecked Sendable`: confined to its loop.
final class ProbeStream: HTTPCallDelegate, @unchecked Sendable {
    private let client: GatewayClient
    private let order: ProbeOrder
    private let teller: AsyncStream<ProbeRunner.Told>.Continuation
    private let loop: EventLoop
    private let timer = LoopTimer()
    private var call: (any HTTPCall)?
    private var status = 0
    private var line: [UInt8] = []
    private var hasEnded = false
    private var isOver = false
    private var continuation: UnsafeContinuation<Void, Never>?

    /// Bytes of a line, and of an error's body.
    private static let lineLimit = 1 << 20

    init(_ client: GatewayClient, _ order: ProbeOrder, _ teller: AsyncStream<ProbeRunner.Told>.Continuation, on loop: EventLoop) {
        self.client = client
        self.order = order
        self.teller = teller
        self.loop = loop
    }

    func run() async {
        await withTaskCancellationHandler {
            await withUnsafeContinuation { continuation in
                self.continuation = continuation
                begin()
            }
        } onCancel: {
            loop.execute { self.finish() }
        }
    }

    private func begin() {
        if isOver || Task.isCancelled { return finish() }
        var headers: Headers = ["accept": "application/x-ndjson", "content-type": "application/json"]
        if let token = client.address.token { headers.set("authorization", token.withExposed { "Bearer \($0)" }) }
        timer.fire = { [unowned self] in
            fail(.unreachable, "the gateway at \(client.address.url) stopped answering", hints: ["understudy gateway status"])
        }
        // What a target may take, and some for the gateway itself.
        loop.arm(timer, after: order.timeout.milliseconds + 5000)
        let request = ClientRequest(
            url: client.address.url + "/api/probe", headers: headers, body: JSONWriter.compact(order.json), connectTime: client.timeout,
            bypassesProxy: true)
        let http = CurlClient(loop: loop)
        self.http = http
        let call = http.start(request, self)
        if isOver { call.cancel() } else { self.call = call }
    }

    private var http: CurlClient?

    func headCame(_ head: ResponseHead) { status = head.status }

    func bodyCame(_ bytes: RawSpan) {
        loop.arm(timer, after: order.timeout.milliseconds + 5000)
        bytes.withUnsafeBytes { bytes in
            for byte in bytes {
                if byte == 0x0A, status == 200 { lineCame() } else if line.count < Self.lineLimit { line.append(byte) }
            }
        }
    }

    private func lineCame() {
        defer { line.removeAll(keepingCapacity: true) }
        guard let event = ProbeEvent.read(line) else { return }
        if case .end = event { hasEnded = true }
        teller.yield(.event(event))
    }

    func ended(_ problem: ClientProblem?, _ times: ClientTimes) {
        if hasEnded { return finish() }
        switch (status, problem) {
        case (200, _): fail(.failed, "the gateway ended before all was probed", hints: ["understudy gateway status"])
        case (0, _): fail(.unreachable, "the gateway at \(client.address.url) did not answer", hints: ["understudy gateway status"])
        default: refused()
        }
    }

    private func refused() {
        let said = (try? JSONValue.parse(line))?["error"]?["message"]?.string ?? "it answered with status \(status)"
        if status == 404, said.hasPrefix("Nothing is served") {
            let hints = ["understudy gateway restart"]
            return fail(.failed, "the gateway that runs is an older one, which cannot probe", hints: hints)
        }
        if status == 404 { return fail(.failed, SafeText.line(said), hints: []) }
        let failure = client.failure(.refused(status: status, message: SafeText.line(said)))
        teller.yield(.failed(failure))
        finish()
    }

    private func fail(_ status: ExitStatus, _ message: String, hints: [String]) {
        teller.yield(.failed(CommandFailure(status, message, hints: hints)))
        finish()
    }

    private func finish() {
        guard !isOver || continuation != nil else { return }
        isOver = true
        loop.disarm(timer)
        call?.cancel()
        call = nil
        http = nil
        continuation?.resume()
        continuation = nil
    }
}
