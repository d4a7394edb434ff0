// SPDX-License-Identifier: Apache-2.0
#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// A log file that is open for reading, by whichever name it has by now. Reads block.
final class LogBytes {
    let path: String
    private let descriptor: Int32
    /// When it was opened.
    let size: Int
    /// Which file it is, on its device.
    let file: UInt64
    /// Milliseconds since 1970 at which it was last written to.
    let changedAt: Int64

    /// `nil`: it is not there, is no file, or may not be read.
    init?(path: String) {
        #if canImport(Glibc)
            let opened = Glibc.open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
        #else
            let opened = Darwin.open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
        #endif
        guard opened >= 0 else { return nil }
        var facts = stat()
        guard fstat(opened, &facts) == 0, facts.st_mode & S_IFMT == S_IFREG else {
            close(opened)
            return nil
        }
        self.path = path
        descriptor = opened
        size = Int(facts.st_size)
        file = UInt64(truncatingIfNeeded: facts.st_ino)
        changedAt = Self.changed(facts)
    }

    deinit { close(descriptor) }

    static func changed(_ facts: stat) -> Int64 {
        #if canImport(Glibc)
            Int64(facts.st_mtim.tv_sec) * 1000 + Int64(facts.st_mtim.tv_nsec) / 1_000_000
        #else
            Int64(facts.st_mtimespec.tv_sec) * 1000 + Int64(facts.st_mtimespec.tv_nsec) / 1_000_000
        #endif
    }

    /// At most `count` bytes; fewer at the end, or after an error.
    func bytes(from start: Int, count: Int) -> [UInt8] {
        [UInt8](unsafeUninitializedCapacity: max(0, count)) { buffer, filled in
            filled = 0
            while filled < buffer.count {
                let read = pread(
                    descriptor, buffer.baseAddress?.advanced(by: filled), buffer.count - filled, off_t(start + filled))
                if read > 0 {
                    filled += read
                } else if read == 0 || errno != EINTR {
                    return
                }
            }
        }
    }

    /// A number that tells this file from another that has its place in the file system: of its first bytes, in which a time stands.
    func mark(of count: Int) -> UInt64 {
        // FNV-1a, 64 bits.
        bytes(from: 0, count: count).reduce(0xcbf2_9ce4_8422_2325) { ($0 ^ UInt64($1)) &* 0x100_0000_01b3 }
    }
}
