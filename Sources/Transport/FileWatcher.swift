// SPDX-License-Identifier: Apache-2.0
#if canImport(Glibc)
    import CLinux
    import Glibc
#else
    import Darwin
#endif
import Synchronization

/// Says that one of some files may have changed.
///
/// Watches their folders, since editors write a new file and rename it over the old one; of a file that is a link, also the folders that it
/// leads to. What the kernel does not watch, for want of a folder or of room (`fs.inotify.max_user_instances` is 128 on most machines, for
/// all programs of a user), is looked at each second, on a thread of its own. Changes that come together are told once, `quiet` after the
/// last of them. Confined to its loop, but for what stands under the lock: `@unchecked Sendable` by that rule.
public final class FileWatcher: EventHandler, @unchecked Sendable {
    private static let lookEvery = Duration.seconds(1)
    /// Links that are followed from one file.
    private static let linkLimit = 16

    private struct Folder {
        var path: String
        /// Of interest in it.
        var names: Set<String> = []
    }

    private struct State {
        /// By their watches.
        var folders: [Int32: Folder] = [:]
        /// Files that are looked at, as they were last.
        var stamps: [String: FileStamp?] = [:]
        var hasEnded = false
        var isLooking = false
    }

    private let loop: EventLoop
    private let quiet: Duration
    private let paths: [String]
    private let timer = LoopTimer()
    /// The kernel's watches; negative where it gives none.
    private let watches: Int32
    private let state = Mutex(State())

    /// - Parameter paths: Files that need not exist yet, nor their folders.
    public init(
        paths: [String], quiet: Duration = .milliseconds(300), on loop: EventLoop, changed: @escaping @Sendable () -> Void
    ) {
        self.loop = loop
        self.quiet = quiet
        self.paths = paths
        watches = inotify_init1(Int32(IN_CLOEXEC) | Int32(IN_NONBLOCK))
        for path in paths { watch(path) }
        timer.fire = changed
        loop.execute { [self] in
            if watches >= 0 { try? loop.add(watches, .read, self) }
        }
        lookFromNowOn()
    }

    deinit { if watches >= 0 { close(watches) } }

    /// Stops watching.
    public func end() {
        state.withLock { $0.hasEnded = true }
        loop.execute { [self] in
            loop.disarm(timer)
            if watches >= 0 { loop.remove(watches) }
        }
    }

    // MARK: What is watched

    /// The file, and what it or a folder on its way is a link to.
    private func watch(_ path: String, links: Int = 0) {
        add(path)
        guard links < Self.linkLimit else { return }
        let (folder, name) = Self.parts(of: path)
        if let target = Self.target(of: path) {
            watch(target.hasPrefix("/") ? target : "\(folder)/\(target)", links: links + 1)
        } else if let real = realpath(folder, nil) {
            defer { free(real) }
            let place = String(cString: real)
            if place == folder { return }
            watch(folder, links: links + 1)
            watch("\(place)/\(name)", links: Self.linkLimit)
        }
    }

    private func add(_ path: String) {
        let events =
            UInt32(IN_CLOSE_WRITE) | UInt32(IN_MOVED_TO) | UInt32(IN_DELETE) | UInt32(IN_MOVED_FROM) | UInt32(IN_CREATE)
            | UInt32(IN_MOVE_SELF) | UInt32(IN_DELETE_SELF)
        let (folder, name) = Self.parts(of: path)
        let watch = watches < 0 ? -1 : inotify_add_watch(watches, folder, events)
        state.withLock { state in
            if watch >= 0 {
                state.folders[watch, default: Folder(path: folder)].names.insert(name)
                state.stamps[path] = nil
            } else if state.stamps[path] == nil {
                state.stamps[path] = .some(FileStamp(of: path))
            }
        }
    }

    private static func parts(of path: String) -> (folder: String, name: String) {
        guard let slash = path.lastIndex(of: "/") else { return (".", path) }
        return (slash == path.startIndex ? "/" : String(path[..<slash]), String(path[path.index(after: slash)...]))
    }

    /// What a link says; `nil`: it is none.
    private static func target(of path: String) -> String? {
        var buffer = [UInt8](repeating: 0, count: Int(PATH_MAX))
        let count = readlink(path, &buffer, buffer.count)
        return count > 0 ? String(decoding: buffer[..<count], as: UTF8.self) : nil
    }

    // MARK: Looking

    /// As long as there is something that the kernel does not watch.
    private func lookFromNowOn() {
        let begins = state.withLock { state in
            if state.stamps.isEmpty || state.isLooking || state.hasEnded { return false }
            state.isLooking = true
            return true
        }
        guard begins else { return }
        let began: Void? = try? Thread(named: "file-watch") { [weak self] in
            repeat { BlockingWait.sleep(Self.lookEvery) } while self?.look() == true
        }.detach()
        if began == nil { state.withLock { $0.isLooking = false } }
    }

    /// - Returns: Whether there is something left to look at.
    private func look() -> Bool {
        let stamps = state.withLock { $0.hasEnded ? [:] : $0.stamps }
        var isOurs = false
        for (path, old) in stamps {
            let new = FileStamp(of: path)
            state.withLock { if $0.stamps[path] != nil { $0.stamps[path] = .some(new) } }
            if new != old { isOurs = true }
            // Its folder may have come, and the file have changed before it was watched.
            if watches >= 0 { watch(path) }
            if FileStamp(of: path) != new { isOurs = true }
        }
        if isOurs { tell() }
        return state.withLock { state in
            state.isLooking = !state.stamps.isEmpty && !state.hasEnded
            return state.isLooking
        }
    }

    private func tell() {
        loop.execute { [self] in
            if !state.withLock({ $0.hasEnded }) { loop.arm(timer, after: quiet.milliseconds) }
        }
    }

    // MARK: Events

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
                    if concerns(event, String(decoding: buffer[start..<end].prefix { $0 != 0 }, as: UTF8.self)) { isOurs = true }
                    offset = end
                }
            }
            if isOurs { loop.arm(timer, after: quiet.milliseconds) }
        }
    }

    /// A link may lead elsewhere from now on, and a folder be gone and come again: then everything is watched anew, on a thread.
    private func concerns(_ event: inotify_event, _ name: String) -> Bool {
        let isGone = event.mask & (UInt32(IN_IGNORED) | UInt32(IN_MOVE_SELF)) != 0
        let folder = state.withLock { state in
            isGone ? state.folders.removeValue(forKey: event.wd) : state.folders[event.wd]
        }
        guard let folder, isGone || folder.names.contains(name) else { return false }
        let isMade = event.mask & UInt32(IN_CREATE) != 0
        if isGone || isMade || event.mask & UInt32(IN_MOVED_TO) != 0 {
            renew(removing: isGone ? event.wd : nil, made: isMade ? "\(folder.path)/\(name)" : nil)
        }
        // A file that has just been made is told of when it is written.
        return !isMade
    }

    private func renew(removing watch: Int32?, made path: String?) {
        try? Thread(named: "file-watch") { [weak self] in
            guard let self else { return }
            // A folder that was moved away is watched still, under another name.
            if let watch { _ = inotify_rm_watch(watches, watch) }
            for path in paths { self.watch(path) }
            // A link has nothing to write.
            if let path, Self.target(of: path) != nil { tell() }
            lookFromNowOn()
        }.detach()
    }
}

/// What tells one state of a file from another without reading it.
private struct FileStamp: Equatable {
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
