// SPDX-License-Identifier: Apache-2.0
import Credentials
import Failover
import Providers
import TestSupport
import Testing

@Suite struct `A login with a code to type` {
    @Test func `waits as long as it is told to, and takes the tokens`() async throws {
        let stage = try LoginStage()
        stage.server.play { $0.polls = ["authorization_pending", "authorization_pending"] }
        let tokens = try await onThread {
            let device = try DeviceLogin(stage.descriptor, endpoint: stage.endpoint())
            #expect(device.userCode == "ABCD-1")
            #expect(device.verificationURL == "\(stage.server.url)/type")
            #expect(device.completeURL == "\(stage.server.url)/type?code=ABCD-1")
            #expect(device.ends == stage.clock.now + .seconds(600))
            return try device.wait()
        }
        #expect(stage.server.isGood(access: tokens.access.text))
        #expect(tokens.refresh != nil)
        #expect(stage.server.grants.count == 3)
    }

    @Test(arguments: [("access_denied", "access_denied"), ("expired_token", "expired_token"), ("invalid_scope", "invalid_scope")])
    func `ends where the provider says so`(poll: String, name: String) async throws {
        let stage = try LoginStage()
        stage.server.play { $0.polls = [poll] }
        let problem = try await onThread { () -> TokenProblem? in
            let device = try DeviceLogin(stage.descriptor, endpoint: stage.endpoint())
            do throws(TokenProblem) {
                _ = try device.wait()
                return nil
            } catch {
                return error
            }
        }
        #expect(problem?.name == name)
    }

    @Test func `ends when the person gives up`() async throws {
        let stage = try LoginStage()
        stage.server.play { $0.polls = Array(repeating: "authorization_pending", count: 1000) }
        let problem = try await onThread { () -> TokenProblem? in
            let device = try DeviceLogin(stage.descriptor, endpoint: stage.endpoint())
            let end = ContinuousClock.now + .milliseconds(50)
            do throws(TokenProblem) {
                _ = try device.wait { ContinuousClock.now > end }
                return nil
            } catch {
                return error
            }
        }
        #expect(problem?.name == "expired_token")
    }

    @Test func `says what is wrong with an endpoint that is none`() throws {
        var stage = try LoginStage()
        stage.descriptor.device?.url = "\(stage.server.url)/nothing"
        #expect(throws: TokenProblem.self) { try DeviceLogin(stage.descriptor, endpoint: stage.endpoint()) }
        stage.descriptor.device?.url = "http://elsewhere.example/device"
        #expect(throws: TokenProblem.self) { try DeviceLogin(stage.descriptor, endpoint: stage.endpoint()) }
    }
}
