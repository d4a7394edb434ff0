// SPDX-License-Identifier: Apache-2.0

/// Writes a chunked body (RFC 9112 §7.1): any number of chunks, then the end.
public enum ChunkedEncoder {
    /// Appends `bytes` as one chunk. Nothing for no bytes, as an empty chunk would end the body.
    public static func chunk(_ bytes: RawSpan, into output: inout [UInt8]) {
        guard bytes.byteCount > 0 else { return }
        // One growth at most, and by what doubles as an array's own does: chunks come one after another.
        let needed = output.count + bytes.byteCount + 20
        if output.capacity < needed { output.reserveCapacity(max(needed, output.capacity * 2)) }
        appendSize(bytes.byteCount, to: &output)
        appendLineEnd(to: &output)
        bytes.withUnsafeBytes { output.append(contentsOf: $0) }
        appendLineEnd(to: &output)
    }

    /// Appends the last chunk, without trailers.
    public static func end(into output: inout [UInt8]) {
        output.append(UInt8(ascii: "0"))
        appendLineEnd(to: &output)
        appendLineEnd(to: &output)
    }

    /// Hexadecimal, without leading zeros.
    private static func appendSize(_ size: Int, to output: inout [UInt8]) {
        var shift = (Int.bitWidth - 1 - size.leadingZeroBitCount) / 4 * 4
        while shift >= 0 {
            let digit = UInt8(truncatingIfNeeded: size >> shift) & 0xF
            output.append(digit + (digit < 10 ? UInt8(ascii: "0") : UInt8(ascii: "a") - 10))
            shift -= 4
        }
    }

    private static func appendLineEnd(to output: inout [UInt8]) {
        output.append(0x0D)
        output.append(0x0A)
    }
}
