// SPDX-License-Identifier: Apache-2.0
import Failover
import JSON

/// JSON written straight to bytes, without a tree in between: a receipt is encoded for every request. `nil` writes nothing.
struct CompactJSON {
    private(set) var bytes: [UInt8] = []

    /// Empties it and keeps its memory.
    mutating func restart() { bytes.removeAll(keepingCapacity: true) }

    mutating func object(_ body: (inout CompactJSON) -> Void) {
        separate()
        bytes.append(UInt8(ascii: "{"))
        body(&self)
        bytes.append(UInt8(ascii: "}"))
    }

    mutating func array<Elements: Sequence>(_ elements: Elements, _ body: (inout CompactJSON, Elements.Element) -> Void) {
        separate()
        bytes.append(UInt8(ascii: "["))
        for element in elements { body(&self, element) }
        bytes.append(UInt8(ascii: "]"))
    }

    mutating func element(_ text: String) {
        separate()
        JSONWriter.quote(text, into: &bytes)
    }

    mutating func element(milliseconds duration: Duration) {
        separate()
        append(duration)
    }

    // MARK: Members

    mutating func object(_ key: StaticString, _ body: (inout CompactJSON) -> Void) {
        name(key)
        object(body)
    }

    mutating func array<Elements: Sequence>(
        _ key: StaticString, _ elements: Elements, _ body: (inout CompactJSON, Elements.Element) -> Void
    ) {
        name(key)
        array(elements, body)
    }

    mutating func member(_ key: StaticString, _ text: String?) {
        guard let text else { return }
        name(key)
        JSONWriter.quote(text, into: &bytes)
    }

    mutating func member(_ key: StaticString, _ number: Int?) {
        guard let number else { return }
        name(key)
        append(Int128(number))
    }

    /// A number that JSON cannot say writes nothing.
    mutating func member(_ key: StaticString, _ number: Double) {
        guard number.isFinite else { return }
        name(key)
        bytes += JSONNumber(number).text.utf8
    }

    mutating func member(_ key: StaticString, _ flag: Bool?) {
        guard let flag else { return }
        name(key)
        append(flag ? "true" : "false")
    }

    /// Milliseconds since 1970.
    mutating func member(_ key: StaticString, _ time: Timestamp?) {
        guard let time else { return }
        name(key)
        append(Int128(time.milliseconds))
    }

    /// Milliseconds with up to six decimals: whole nanoseconds.
    mutating func member(_ key: StaticString, milliseconds duration: Duration?) {
        guard let duration else { return }
        name(key)
        append(duration)
    }

    mutating func member(_ key: StaticString, _ model: ModelRef) {
        name(key)
        bytes.append(UInt8(ascii: "\""))
        quoteInside(model.provider.rawValue)
        bytes.append(UInt8(ascii: "/"))
        quoteInside(model.model)
        bytes.append(UInt8(ascii: "\""))
    }

    // MARK: Parts

    private mutating func quoteInside(_ text: String) {
        // Its own quotes go: the first becomes the last byte so far, which is put back.
        let start = bytes.count
        JSONWriter.quote(text, into: &bytes)
        bytes.remove(at: start)
        bytes.removeLast()
    }

    private mutating func name(_ key: StaticString) {
        separate()
        bytes.append(UInt8(ascii: "\""))
        append(key)
        bytes.append(UInt8(ascii: "\""))
        bytes.append(UInt8(ascii: ":"))
    }

    /// A comma, unless something was just opened. A name or a value can end in none of these three bytes.
    private mutating func separate() {
        switch bytes.last {
        case nil, UInt8(ascii: "{"), UInt8(ascii: "["), UInt8(ascii: ":"): break
        default: bytes.append(UInt8(ascii: ","))
        }
    }

    private mutating func append(_ text: StaticString) {
        bytes.append(contentsOf: UnsafeBufferPointer(start: text.utf8Start, count: text.utf8CodeUnitCount))
    }

    private mutating func append(_ duration: Duration) {
        let (seconds, attoseconds) = duration.components
        let nanoseconds = Int128(seconds) * 1_000_000_000 + Int128(attoseconds / 1_000_000_000)
        if nanoseconds < 0 { bytes.append(UInt8(ascii: "-")) }
        let (whole, fraction) = nanoseconds.magnitude.quotientAndRemainder(dividingBy: 1_000_000)
        append(Int128(whole))
        guard fraction != 0 else { return }
        bytes.append(UInt8(ascii: "."))
        var rest = Int(fraction)
        var place = 100_000
        while rest != 0 {
            bytes.append(UInt8(ascii: "0") + UInt8(rest / place))
            rest %= place
            place /= 10
        }
    }

    private mutating func append(_ number: Int128) {
        guard let small = Int(exactly: number) else { return bytes += String(number).utf8 }
        withUnsafeTemporaryAllocation(of: UInt8.self, capacity: 20) { digits in
            var next = 20
            var rest = small.magnitude
            repeat {
                next -= 1
                digits[next] = UInt8(ascii: "0") + UInt8(rest % 10)
                rest /= 10
            } while rest != 0
            if small < 0 { bytes.append(UInt8(ascii: "-")) }
            bytes.append(contentsOf: digits[next..<20])
        }
    }
}
