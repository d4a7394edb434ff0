// SPDX-License-Identifier: Apache-2.0
import FuzzEntries
import Testing

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// What fuzzing begins with, and all that it ever broke, played again.
@Suite struct `A fuzzed parser` {
    private static let root = #filePath.split(separator: "/", omittingEmptySubsequences: false).dropLast(2).joined(separator: "/")

    @Test func `has its seeds`() {
        for entry in FuzzEntry.all { #expect(!Self.files("\(Self.root)/Corpus/\(entry.name)").isEmpty, "\(entry.name) has none") }
    }

    @Test(arguments: FuzzEntry.all)
    func `keeps its promises for seeds and for what broke it once`(entry: FuzzEntry) {
        for folder in ["Corpus", "Crashers"] {
            for path in Self.files("\(Self.root)/\(folder)/\(entry.name)") { entry.check(Self.contents(path)) }
        }
    }

    /// Cut short, a seed is what a connection that breaks leaves behind.
    @Test(arguments: FuzzEntry.all)
    func `keeps its promises for seeds cut anywhere`(entry: FuzzEntry) {
        for path in Self.files("\(Self.root)/Corpus/\(entry.name)") {
            let seed = Self.contents(path)
            for end in stride(from: 0, to: seed.count, by: max(1, seed.count / 60)) { entry.check(Array(seed[..<end])) }
        }
    }

    private static func files(_ folder: String) -> [String] {
        guard let handle = opendir(folder) else { return [] }
        defer { closedir(handle) }
        var names: [String] = []
        while let entry = readdir(handle) {
            let name = withUnsafePointer(to: &entry.pointee.d_name) {
                $0.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
            }
            if !name.hasPrefix(".") { names.append("\(folder)/\(name)") }
        }
        return names.sorted()
    }

    private static func contents(_ path: String) -> [UInt8] {
        guard let stream = fopen(path, "rb") else { return [] }
        defer { fclose(stream) }
        var bytes: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 16 * 1024)
        while true {
            let count = fread(&buffer, 1, buffer.count, stream)
            if count == 0 { return bytes }
            bytes += buffer[..<count]
        }
    }
}
