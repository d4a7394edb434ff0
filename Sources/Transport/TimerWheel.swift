// SPDX-License-Identifier: Apache-2.0

/// A timer of one event loop: armed, moved and disarmed without allocation. Touched on its loop's thread only.
public final class LoopTimer {
    fileprivate(set) var deadline: Int64 = 0
    fileprivate var slot = -1
    /// Its time is up, and `fire` has not been called yet.
    fileprivate var isDue = false
    fileprivate var next: LoopTimer?
    fileprivate unowned(unsafe) var previous: LoopTimer?
    /// Called once each time that the timer runs out; it is disarmed by then and may be armed again.
    public var fire: (() -> Void)?

    public init(_ fire: (() -> Void)? = nil) { self.fire = fire }

    public var isArmed: Bool { slot >= 0 }

    /// Calls `fire`, unless a timer that ran out together with this one has disarmed or moved it meanwhile.
    func fireIfDue() {
        guard isDue else { return }
        isDue = false
        fire?()
    }
}

/// A hashed timing wheel: arming and disarming cost the same with one timer as with fifty thousand.
///
/// Times are milliseconds of the loop's monotonic clock. A timer fires up to one slot (16 ms) late, never early, which is
/// fine for what it serves: limits of tens of milliseconds to minutes.
struct TimerWheel {
    private static let slotBits: Int64 = 4
    private static let slotCount = 1024
    /// The first timer of each slot; a slot's timers are a doubly linked list.
    private var slots = [LoopTimer?](repeating: nil, count: slotCount)
    /// One bit a slot: whether it holds a timer.
    private var occupied = [UInt64](repeating: 0, count: slotCount / 64)
    private var cursor: Int64
    private(set) var count = 0

    init(now: Int64) { cursor = now >> Self.slotBits }

    mutating func arm(_ timer: LoopTimer, at deadline: Int64) {
        disarm(timer)
        timer.deadline = deadline
        // Rounded up, and never into the slot that is being read.
        let tick = max(cursor + 1, (deadline + (1 << Self.slotBits) - 1) >> Self.slotBits)
        let slot = Int(tick % Int64(Self.slotCount))
        timer.slot = slot
        timer.next = slots[slot]
        timer.next?.previous = timer
        slots[slot] = timer
        occupied[slot / 64] |= 1 << (slot % 64)
        count += 1
    }

    mutating func disarm(_ timer: LoopTimer) {
        timer.isDue = false
        guard timer.slot >= 0 else { return }
        let next = timer.next
        next?.previous = timer.previous
        if let previous = timer.previous {
            previous.next = next
        } else {
            slots[timer.slot] = next
            if next == nil { occupied[timer.slot / 64] &= ~(1 << (timer.slot % 64)) }
        }
        timer.next = nil
        timer.previous = nil
        timer.slot = -1
        count -= 1
    }

    /// Milliseconds until a slot with a timer comes up, or `nil` when there is none.
    func delay(from now: Int64) -> Int64? {
        guard count > 0 else { return nil }
        let start = Int((cursor + 1) % Int64(Self.slotCount))
        var distance = 0
        while distance < Self.slotCount {
            let slot = (start + distance) % Self.slotCount
            let word = occupied[slot / 64] >> (slot % 64)
            if word != 0 {
                distance += word.trailingZeroBitCount
                break
            }
            distance += 64 - slot % 64
        }
        let tick = cursor + 1 + Int64(min(distance, Self.slotCount - 1))
        return max(0, (tick << Self.slotBits) - now)
    }

    /// Disarms and returns the timers whose deadline has passed; `fireIfDue` is to be called on each.
    mutating func expired(at now: Int64) -> [LoopTimer] {
        let target = now >> Self.slotBits
        guard target > cursor else { return [] }
        var due: [LoopTimer] = []
        // A long pause walks each slot once, however many turns of the wheel it lasted.
        let steps = min(target - cursor, Int64(Self.slotCount))
        for tick in (target - steps + 1)...target {
            let slot = Int(tick % Int64(Self.slotCount))
            guard occupied[slot / 64] & (1 << (slot % 64)) != 0 else { continue }
            var timer = slots[slot]
            while let current = timer {
                timer = current.next
                if current.deadline <= now {
                    disarm(current)
                    current.isDue = true
                    due.append(current)
                }
            }
        }
        cursor = target
        return due
    }
}
