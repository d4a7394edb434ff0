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

/// libFuzzer's own `main` cannot be it, since SwiftPM gives the program's another name; so this calls what that would
/// (llvm.org/docs/LibFuzzer.html, "Using libFuzzer as a library"). There is no header of it; its arguments are as C and Swift pass them
/// alike.
@_silgen_name("LLVMFuzzerRunDriver")
private func runDriver(
    _ count: UnsafeMutablePointer<CInt>,
    _ arguments: UnsafeMutablePointer<UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>>,
    _ check: @convention(c) (UnsafePointer<UInt8>?, Int) -> CInt
) -> CInt

/// By the name that libFuzzer looks for.
@c(LLVMFuzzerTestOneInput)
public func testOneInput(_ bytes: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    entry.check(Array(UnsafeBufferPointer(start: bytes, count: count)))
    return 0
}

@main enum Fuzz {
    static func main() {
        var count = CommandLine.argc
        var arguments = CommandLine.unsafeArgv
        exit(runDriver(&count, &arguments, testOneInput))
    }
}
