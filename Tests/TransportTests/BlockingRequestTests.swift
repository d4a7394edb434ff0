// SPDX-License-Identifier: Apache-2.0
import TestSupport
import Testing
import Transport

@Suite(.timeLimit(.minutes(5))) struct `A request that waits for its reply` {
    @Test(arguments: [
        // RFC 6761 §6.4: nobody has such a name.
        ("http://nobody.invalid/", BlockingHTTP.Failure.Step.dns, true), ("https://nobody.invalid/", .dns, true),
    ]) func `says that a name has no address`(url: String, step: BlockingHTTP.Failure.Step, isUnreachable: Bool) async throws {
        let failure = await #expect(throws: BlockingHTTP.Failure.self) { try await onThread { try BlockingHTTP.request(url: url) } }
        #expect(
            failure?.step == step && failure?.isUnreachable == isUnreachable && failure?.isLate == false, "\(String(describing: failure))")
    }

    @Test func `says that nobody listens`() async throws {
        let port = try ClosedPort()
        let failure = await #expect(throws: BlockingHTTP.Failure.self) {
            try await onThread { try BlockingHTTP.request(url: "http://127.0.0.1:\(port.port)/") }
        }
        #expect(failure?.step == .connect && failure?.isUnreachable == true)
    }

    @Test(arguments: [("http", BlockingHTTP.Failure.Step.http), ("https", .tls)])
    func `says what it waited for when its time was up`(scheme: String, step: BlockingHTTP.Failure.Step) async throws {
        // Takes connections and says nothing.
        let listener = try ListeningSocket(host: "127.0.0.1", port: 0)
        let url = "\(scheme)://127.0.0.1:\(listener.port)/"
        let failure = await #expect(throws: BlockingHTTP.Failure.self) {
            try await onThread { try BlockingHTTP.request(url: url, timeout: .milliseconds(300)) }
        }
        #expect(failure?.step == step && failure?.isLate == true && failure?.isUnreachable == false, "\(String(describing: failure))")
        withExtendedLifetime(listener) {}
    }
}
