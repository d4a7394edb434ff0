// SPDX-License-Identifier: Apache-2.0
import Transport

/// Runs what blocks on a thread of its own, so that it holds up none of the threads that run tests.
public func onThread<Value: Sendable>(_ body: @escaping @Sendable () throws -> Value) async throws -> Value {
    try await withCheckedThrowingContinuation { continuation in
        do {
            try Thread(named: "test") { continuation.resume(with: Result { try body() }) }.detach()
        } catch {
            continuation.resume(throwing: error)
        }
    }
}
