// SPDX-License-Identifier: Apache-2.0

/// Looks again every few milliseconds until `condition` holds or the time is over: for what another process or thread does and
/// gives no signal of.
///
/// - Returns: Whether it held in time.
public func eventually(within limit: Duration = .seconds(60), _ condition: () async throws -> Bool) async rethrows -> Bool {
    let end = ContinuousClock.now + limit
    while true {
        if try await condition() { return true }
        guard ContinuousClock.now < end else { return false }
        try? await Task.sleep(for: .milliseconds(5))
    }
}
