// SPDX-License-Identifier: Apache-2.0
import Failover
import JSON

/// JSON written straight to memory, without a tree in between: a receipt is encoded for every request. `nil` writes nothing.
/// The memory is its own and is freed with it.
struct CompactJSON: ~Copyable {
    private var start: UnsafeMutablePointer<UInt8>
    private var capacity: Int
    private var count = 0

    init() {
        capacity = 1_024
        start = .allocate(capacity: capacity)
    }

    deinit { start.deallocate() }

    /// A copy of what was written.
    var bytes: [UInt8] { [UInt8](UnsafeBufferPointer(start: start, count: count)) }

    /// What was written, until the next change.
    func withBytes<R, E: Error>(_ body: (UnsafeRawBufferPointer) throws(E) -> R) throws(E) -> R {
        try body(UnsafeRawBufferPointer(start: start, count: count))
    }

    /// Empties it and keeps its memory.
    mutating func restart() { count = 0 }

    mutating func object(_ body: (inout CompactJSON) -> Void) {
        separate()
        append(UInt8(ascii: "{"))
        body(&self)
        append(UInt8(ascii: "}"))
    }

    mutating func array<Elements: Sequence>(_ elements: Elements, _ body: (inout CompactJSON, Elements.Element) -> Void) {
        separate()
        append(UInt8(ascii: "["))
        for element in elements { body(&self, element) }
        append(UInt8(ascii: "]"))
    }

    mutating func element(_ text: String) {
        separate()
        quote(text)
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
        quote(text)
    }

    mutating func member(_ key: StaticString, _ number: Int?) {
        guard let number else { return }
        name(key)
        append(Int64(number))
    }

    /// A number that JSON cannot say writes nothing.
    mutating func member(_ key: StaticString, _ number: Double) {
        guard number.isFinite else { return }
        name(key)
        var text = JSONNumber(number).text
        text.withUTF8 { append($0) }
    }

    mutating func member(_ key: StaticString, _ flag: Bool?) {
        guard let flag else { return }
        name(key)
        append(flag ? "true" : "false")
    }

    /// `true`, or nothing.
    mutating func mark(_ key: StaticString, _ flag: Bool) {
        if flag { member(key, true) }
    }

    /// Milliseconds since 1970.
    mutating func member(_ key: StaticString, _ time: Timestamp?) {
        guard let time else { return }
        name(key)
        append(time.milliseconds)
    }

    /// Milliseconds with up to six decimals: whole nanoseconds.
    mutating func member(_ key: StaticString, milliseconds duration: Duration?) {
        guard let duration else { return }
        name(key)
        append(duration)
    }

    mutating func member(_ key: StaticString, _ model: ModelRef) {
        name(key)
        append(UInt8(ascii: "\""))
        quoteInside(model.provider.rawValue)
        append(UInt8(ascii: "/"))
        quoteInside(model.model)
        append(UInt8(ascii: "\""))
    }

    // MARK: Parts

    @inline(__always)
    private mutating func reserve(_ more: Int) {
        if capacity - count < more { grow(more) }
    }

    @inline(never)
    private mutating func grow(_ more: Int) {
        capacity = max(capacity * 2, count + more)
        let larger = UnsafeMutablePointer<UInt8>.allocate(capacity: capacity)
        larger.moveInitialize(from: start, count: count)
        start.deallocate()
        start = larger
    }

    @inline(__always)
    private mutating func append(_ byte: UInt8) {
        reserve(1)
        start[count] = byte
        count += 1
    }

    @inline(__always)
    private mutating func append(_ bytes: UnsafeBufferPointer<UInt8>) {
        guard let source = bytes.baseAddress else { return }
        reserve(bytes.count)
        (start + count).initialize(from: source, count: bytes.count)
        count += bytes.count
    }

    @inline(__always)
    private mutating func append(_ text: StaticString) {
        append(UnsafeBufferPointer(start: text.utf8Start, count: text.utf8CodeUnitCount))
    }

    private mutating func name(_ key: StaticString) {
        separate()
        append(UInt8(ascii: "\""))
        append(key)
        append(UInt8(ascii: "\""))
        append(UInt8(ascii: ":"))
    }

    /// A comma, unless something was just opened. A value can end in none of these three bytes.
    @inline(__always)
    private mutating func separate() {
        guard count > 0 else { return }
        switch start[count - 1] {
        case UInt8(ascii: "{"), UInt8(ascii: "["), UInt8(ascii: ":"): break
        default: append(UInt8(ascii: ","))
        }
    }

    private mutating func quote(_ text: String) {
        append(UInt8(ascii: "\""))
        quoteInside(text)
        append(UInt8(ascii: "\""))
    }

    /// The text as it stands between quotes. Escapes only what RFC 8259 §7 demands; that is rare, and `JSONWriter` knows how.
    private mutating func quoteInside(_ text: String) {
        var text = text
        text.withUTF8 { bytes in
            if bytes.contains(where: { $0 < 0x20 || $0 == UInt8(ascii: "\"") || $0 == UInt8(ascii: "\\") }) {
                var quoted: [UInt8] = []
                JSONWriter.quote(String(decoding: bytes, as: UTF8.self), into: &quoted)
                quoted.withUnsafeBufferPointer { append(UnsafeBufferPointer(rebasing: $0.dropFirst().dropLast())) }
            } else {
                append(bytes)
            }
        }
    }

    private mutating func append(_ duration: Duration) {
        let (seconds, attoseconds) = duration.components
        let nanoseconds = Int128(seconds) * 1_000_000_000 + Int128(attoseconds / 1_000_000_000)
        // Those of 292 years fit into 64 bits, which divide much faster.
        guard let small = Int64(exactly: nanoseconds) else {
            var text = String(nanoseconds / 1_000_000)
            return text.withUTF8 { append($0) }
        }
        if small < 0 { append(UInt8(ascii: "-")) }
        let (whole, fraction) = small.magnitude.quotientAndRemainder(dividingBy: 1_000_000)
        append(whole)
        guard fraction != 0 else { return }
        append(UInt8(ascii: "."))
        var rest = Int(fraction)
        var place = 100_000
        while rest != 0 {
            append(UInt8(ascii: "0") + UInt8(rest / place))
            rest %= place
            place /= 10
        }
    }

    private mutating func append(_ number: Int64) {
        if number < 0 { append(UInt8(ascii: "-")) }
        append(number.magnitude)
    }

    private mutating func append(_ number: UInt64) {
        var digits = 1
        var bound: UInt64 = 10
        while digits < 20, number >= bound {
            digits += 1
            bound = digits < 20 ? bound * 10 : bound
        }
        reserve(digits)
        var rest = number
        for place in stride(from: count + digits - 1, through: count, by: -1) {
            start[place] = UInt8(ascii: "0") + UInt8(truncatingIfNeeded: rest % 10)
            rest /= 10
        }
        count += digits
    }
}
