// SPDX-License-Identifier: Apache-2.0
import Credentials
import Transport

/// Has logins renewed before their tokens end, so that no request waits for it.
enum LoginUpkeep {
    private static let pause = Duration.seconds(20)

    /// At the start and then again and again, until it is cancelled. The loop only keeps the time: the work is done on other threads.
    static func begin(_ keeper: LoginKeeper, on loop: EventLoop) -> Task<Void, Never> {
        Task(executorPreference: loop) {
            while !Task.isCancelled {
                keeper.tick()
                await loop.sleep(for: pause)
            }
        }
    }
}
