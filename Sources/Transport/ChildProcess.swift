// SPDX-License-Identifier: Apache-2.0
#if canImport(Glibc)
    import CLinux
    import Glibc
#else
    import Darwin
#endif

/// A program that this process has started, with exactly the descriptors that it was given.
public struct ChildProcess: Hashable, Sendable {
    public let processID: Int32

    /// Whose keys and hang-ups it hears.
    public enum Group: Hashable, Sendable {
        /// That of who started it: Ctrl-C reaches both.
        case same
        /// A group of its own in this terminal's session: Ctrl-C reaches who started it, and not it.
        case own
        /// A session of its own: it outlives the terminal.
        case session
    }

    /// How it ended.
    public enum Ending: Hashable, Sendable, CustomStringConvertible {
        case exited(Int32)
        case signalled(Int32)

        /// From what `waitpid` gives.
        init(status: Int32) {
            // The layout of POSIX's WIFSIGNALED and WEXITSTATUS on Linux and macOS.
            let number = status & 0x7F
            self = number == 0 ? .exited((status >> 8) & 0xFF) : .signalled(number)
        }

        /// Such as `exited with status 78`, `was ended by signal 9`.
        public var description: String {
            switch self {
            case .exited(let status): "exited with status \(status)"
            case .signalled(let number): "was ended by signal \(number)"
            }
        }
    }

    /// - Parameters:
    ///   - path: Of the program; no search.
    ///   - arguments: With its name first.
    ///   - environment: All of it, as `NAME=value`.
    ///   - descriptors: Open ones of this process; the child has the first as 0, the next as 1, and no others.
    ///   - folder: Where it works; `nil`: where this process does.
    public static func start(
        _ path: String, arguments: [String], environment: [String], descriptors: [Int32], group: Group, folder: String? = nil
    ) throws(SystemError) -> ChildProcess {
        // Copies that are in nobody's way: a source may have the number of another's target. No higher than need be, since a process may
        // have 256 at most.
        let first = Int32(descriptors.count)
        var copies: [Int32] = []
        defer { for copy in copies { close(copy) } }
        for descriptor in descriptors {
            let copy = fcntl(descriptor, F_DUPFD_CLOEXEC, first)
            guard copy >= 0 else { throw SystemError("copy a descriptor") }
            copies.append(copy)
        }
        var process: pid_t = 0
        let code = spawn(&process, path, arguments, environment, copies, group, folder)
        guard code == 0 else { throw SystemError("start \(path)", code: code) }
        return ChildProcess(processID: process)
    }

    private static func spawn(
        _ process: inout pid_t, _ path: String, _ arguments: [String], _ environment: [String], _ copies: [Int32], _ group: Group,
        _ folder: String?
    ) -> Int32 {
        #if canImport(Glibc)
            var actions = posix_spawn_file_actions_t()
            var attributes = posix_spawnattr_t()
        #else
            var actions: posix_spawn_file_actions_t?
            var attributes: posix_spawnattr_t?
        #endif
        posix_spawn_file_actions_init(&actions)
        posix_spawnattr_init(&attributes)
        defer {
            posix_spawn_file_actions_destroy(&actions)
            posix_spawnattr_destroy(&attributes)
        }
        for (target, copy) in copies.enumerated() { posix_spawn_file_actions_adddup2(&actions, copy, Int32(target)) }
        if let folder {
            #if canImport(Glibc)
                clinux_change_folder(&actions, folder)
            #else
                posix_spawn_file_actions_addchdir_np(&actions, folder)
            #endif
        }
        var signals = sigset_t()
        sigemptyset(&signals)
        posix_spawnattr_setsigmask(&attributes, &signals)
        for number in [SIGPIPE, SIGTERM, SIGINT, SIGQUIT, SIGHUP, SIGUSR1, SIGCHLD] { sigaddset(&signals, number) }
        posix_spawnattr_setsigdefault(&attributes, &signals)
        var flags = POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF
        #if canImport(Glibc)
            // What other code has open without a mark must not live on in the child.
            clinux_close_from(&actions, Int32(copies.count))
            let newSession: Int32 = 0x80
        #else
            flags |= POSIX_SPAWN_CLOEXEC_DEFAULT
            let newSession: Int32 = 0x0400
        #endif
        switch group {
        case .same: break
        case .own:
            posix_spawnattr_setpgroup(&attributes, 0)
            flags |= POSIX_SPAWN_SETPGROUP
        case .session: flags |= newSession
        }
        posix_spawnattr_setflags(&attributes, Int16(truncatingIfNeeded: flags))
        var words: [UnsafeMutablePointer<CChar>?] = arguments.map { strdup($0) } + [nil]
        var variables: [UnsafeMutablePointer<CChar>?] = environment.map { strdup($0) } + [nil]
        defer { for pointer in words + variables { free(pointer) } }
        return posix_spawn(&process, path, &actions, &attributes, &words, &variables)
    }

    public func signal(_ number: Int32) { kill(processID, number) }

    /// Waits for its end on the calling thread. To be called once.
    public func wait() -> Ending {
        var status: Int32 = 0
        guard Descriptor.uninterrupted({ Int(waitpid(processID, &status, 0)) }) == Int(processID) else { return .exited(0) }
        return Ending(status: status)
    }
}
