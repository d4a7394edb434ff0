// SPDX-License-Identifier: Apache-2.0
import Store

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// The last five states of a file before commands changed it, beside it: `.bak` is the newest, `.bak.4` the oldest. Always 0600.
enum ConfigBackups {
    static let kept = 5

    static func path(_ number: Int, of file: String) -> String { number == 0 ? "\(file).bak" : "\(file).bak.\(number)" }

    /// Keeps `bytes`, and forgets the oldest. To be called under the file's lock. What is interrupted loses no state but the oldest.
    ///
    /// - Returns: The new backup's path.
    static func keep(_ bytes: [UInt8], of file: String) throws(StoreProblem) -> String {
        let newest = path(0, of: file)
        // The same state twice would push out an older one for nothing.
        if let last = try? AtomicFile.read(newest, limit: FileSource.limit), last == bytes { return newest }
        for number in stride(from: kept - 2, through: 0, by: -1) {
            let from = path(number, of: file)
            guard rename(from, path(number + 1, of: file)) == 0 || errno == ENOENT else {
                throw StoreProblem(.denied, doing: "back up", path: file, reason: String(cString: strerror(errno)))
            }
        }
        AtomicFile.removeDrafts(of: newest)
        // By renaming, since not every file system has hard links; nobody else is here.
        try AtomicFile.write(bytes, to: newest, mode: 0o600)
        return newest
    }
}
