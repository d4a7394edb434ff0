// SPDX-License-Identifier: Apache-2.0
#if canImport(Glibc)
    import CLinux
    import Glibc
#else
    import Darwin
#endif

/// Says that one of some files may have changed.
///
/// Watches their folders, since editors write a new file and rename it over the old one. What the kernel does not watch, for want of
/// a folder or of room (`fs.inotify.max_user_instances` is 128 on most machines, for all programs of a user), is looked at each second.
/// Changes that come together are told once, `quiet` after the last of them. Confined to its loop: `@unchecked Sendable` by that rule.
public final class FileWatcher: EventHandler, @unchecked Sendable {
    private static let lookEvery: Int64 = 1000

    private let loop: EventLoop
    private let quiet: Duration
    private let timer = LoopTimer()
    /// The kernel's watches; negative where it gives none.
    private let watches: Int32
    /// File names of interest, by the watch of their folder.
    private var names: [Int32: Set<String>] = [:]
    private let looking = LoopTimer()
    /// What is looked at, as it was last.
    private var stamps: [String: FileStamp?] = [:]
    /// A look is under way: on a file system that has gone away it takes as long as that is.
    private var isLooking = false

    /// - Parameter paths: Files that need not exist yet, nor their folders.
    public init(
        paths: [String], quiet: Duration = .milliseconds(300), on loop: EventLoop, changed: @escaping @Sendable () -> Void
    ) {
        self.loop = loop
        self.quiet = quiet
        watches = inotify_init1(Int32(IN_CLOEXEC) | Int32(IN_NONBLOCK))
        let events = UInt32(IN_CLOSE_WRITE) | UInt32(IN_MOVED_TO) | UInt32(IN_DELETE) | UInt32(IN_MOVED_FROM)
        for path in paths {
            let slash = path.lastIndex(of: "/")
            let folder = slash.map { $0 == path.startIndex ? "/" : String(path[..<$0]) } ?? "."
            let name = slash.map { String(path[path.index(after: $0)...]) } ?? path
            let watch = watches < 0 ? -1 : inotify_add_watch(watches, folder, events)
            if watch >= 0 { names[watch, default: []].insert(name) } else { stamps[path] = .some(FileStamp(of: path)) }
        }
        timer.fire = changed
        looking.fire = { [unowned self] in look() }
        loop.execute { [self] in
            if watches >= 0 { try? loop.add(watches, .read, self) }
            if !stamps.isEmpty { loop.arm(looking, after: Self.lookEvery) }
        }
    }

    deinit { if watches >= 0 { close(watches) } }

    /// Stops watching.
    public func end() {
        loop.execute { [self] in
            loop.disarm(timer)
            loop.disarm(looking)
            if watches >= 0 { loop.remove(watches) }
        }
    }

    /// Looks on a thread of its own, since a file system may take its time.
    private func look() {
        loop.arm(looking, after: Self.lookEvery)
        guard !isLooking else { return }
        isLooking = true
        let paths = Array(stamps.keys)
        let thread = try? Thread(named: "watch") { [weak self, loop] in
            let seen = paths.map { ($0, FileStamp(of: $0)) }
            loop.execute { [weak self] in self?.saw(seen) }
        }
        if let thread { thread.detach() } else { isLooking = false }
    }

    private func saw(_ seen: [(path: String, stamp: FileStamp?)]) {
        isLooking = false
        var isOurs = false
        for (path, new) in seen {
            if let old = stamps[path], old != new { isOurs = true }
            stamps[path] = .some(new)
        }
        // Not once it has ended.
        if isOurs, looking.isArmed { loop.arm(timer, after: quiet.milliseconds) }
    }

    func ready(_ readiness: Readiness) {
        withUnsafeTemporaryAllocation(byteCount: 16 << 10, alignment: MemoryLayout<inotify_event>.alignment) { buffer in
            var isOurs = false
            while true {
                let count = Descriptor.uninterrupted { read(watches, buffer.baseAddress, buffer.count) }
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

/// What tells one state of a file from another without reading it.
private struct FileStamp: Equatable, Sendable {
    private let file: UInt64
    private let size: Int64
    private let seconds: Int
    private let nanoseconds: Int

    /// `nil` where there is no file.
    init?(of path: String) {
        var found = stat()
        guard stat(path, &found) == 0 else { return nil }
        #if canImport(Glibc)
            let changed = found.st_mtim
        #else
            let changed = found.st_mtimespec
        #endif
        file = UInt64(found.st_ino)
        size = Int64(found.st_size)
        (seconds, nanoseconds) = (changed.tv_sec, changed.tv_nsec)
    }
}
