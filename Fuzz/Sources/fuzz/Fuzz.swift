// SPDX-License-Identifier: Apache-2.0
import FuzzEntries

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// The entry that `FUZZ_ENTRY` names.
private let entry: FuzzEntry = {
    let name = getenv("FUZZ_ENTRY").map { String(cString: $0) } ?? ""
    guard let entry = FuzzEntry.named(name) else {
        let names = FuzzEntry.all.map(\.name).joined(separator: " ")
        fatalError("FUZZ_ENTRY is none of: \(names)")
    }
    return entry
}()

/// What libFuzzer calls with each input (llvm.org/docs/LibFuzzer.html, "Fuzz Target").
@c(LLVMFuzzerTestOneInput)
public func testOneInput(_ bytes: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    entry.check(Array(UnsafeBufferPointer(start: bytes, count: count)))
    return 0
}
