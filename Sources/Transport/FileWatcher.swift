// SPDX-License-Identifier: Apache-2.0
#if canImport(Glibc)
    import CLinux
    import Glibc
#else
    import Darwin
#endif

/// Says that one of some files may have changed.
///
/// Watches their folders, since editors write a new file and rename it over the old one. Changes that come together are told
/// once, `quiet` after the last of them. Confined to its loop: `@unchecked Sendable` by that rule.
public final class FileWatcher: EventHandler, @unchecked Sendable {
    private let descriptor: Descriptor
    private let loop: EventLoop
    private let quiet: Duration
    private let timer = LoopTimer()
    /// File names of interest, by the watch of their folder.
    private var names: [Int32: Set<String>] = [:]

    /// - Parameter paths: Files that need not exist yet; a folder that does not exist is left out.
    public init(
        paths: [String], quiet: Duration = .milliseconds(300), on loop: EventLoop, changed: @escaping @Sendable () -> Void
    ) throws(SystemError) {
        let raw = inotify_init1(Int32(IN_CLOEXEC) | Int32(IN_NONBLOCK))
        guard raw >= 0 else { throw SystemError("inotify_init1") }
        descriptor = Descriptor(owning: raw)
        self.loop = loop
        self.quiet = quiet
        let events = UInt32(IN_CLOSE_WRITE) | UInt32(IN_MOVED_TO) | UInt32(IN_DELETE) | UInt32(IN_MOVED_FROM)
        for path in paths {
            let slash = path.lastIndex(of: "/")
            let folder = slash.map { $0 == path.startIndex ? "/" : String(path[..<$0]) } ?? "."
            let name = slash.map { String(path[path.index(after: $0)...]) } ?? path
            let watch = inotify_add_watch(raw, folder, events)
            if watch >= 0 { names[watch, default: []].insert(name) }
        }
        timer.fire = changed
        loop.execute { [self] in
            // Without it the settings are still read again on SIGHUP.
            try? loop.add(descriptor.raw, .read, self)
        }
    }

    /// Stops watching.
    public func end() {
        loop.execute { [self] in
            loop.disarm(timer)
            loop.remove(descriptor.raw)
        }
    }

    func ready(_ readiness: Readiness) {
        withUnsafeTemporaryAllocation(byteCount: 16 << 10, alignment: MemoryLayout<inotify_event>.alignment) { buffer in
            var isOurs = false
            while true {
                let count = Descriptor.uninterrupted { read(descriptor.raw, buffer.baseAddress, buffer.count) }
                guard count > 0 else { break }
                var offset = 0
                while offset + MemoryLayout<inotify_event>.size <= count {
                    let event = buffer.load(fromByteOffset: offset, as: inotify_event.self)
                    let start = offset + MemoryLayout<inotify_event>.size
                    let end = min(count, start + Int(event.len))
                    let name = String(decoding: buffer[start..<end].prefix { $0 != 0 }, as: UTF8.self)
                    if names[event.wd]?.contains(name) == true { isOurs = true }
                    offset = end
                }
            }
            if isOurs { loop.arm(timer, after: quiet.milliseconds) }
        }
    }
}
