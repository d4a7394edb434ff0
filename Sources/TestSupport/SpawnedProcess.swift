// SPDX-License-Identifier: Apache-2.0
import Synchronization

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// A child process with pipes to its standard streams, and one more that only closes when it ends.
struct SpawnedProcess: Sendable {
    let processID: pid_t
    /// Our ends. Whoever takes this value closes them.
    let input: Int32
    let output: Int32
    let error: Int32
    /// Reads its end of file when the process is gone, whatever it did with its standard streams.
    let life: Int32

    /// Held from the making of pipes to the spawn: without it a child that another thread starts meanwhile would inherit our ends, and
    /// their end of file would wait for that child too.
    private static let spawning = Mutex(())

    init(path: String, arguments: [String], environment: [String: String], workingFolder: String) throws(BuiltBinary.Problem) {
        self = try Self.spawning.withLock { _ throws(BuiltBinary.Problem) in
            try SpawnedProcess(locked: path, arguments: arguments, environment: environment, workingFolder: workingFolder)
        }
    }

    private init(
        locked path: String, arguments: [String], environment: [String: String], workingFolder: String
    ) throws(BuiltBinary.Problem) {
        var pipes: [(read: Int32, write: Int32)] = []
        for _ in 0..<4 {
            var ends: [Int32] = [-1, -1]
            guard pipe(&ends) == 0 else { throw BuiltBinary.Problem("pipe: errno \(errno)") }
            for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
            pipes.append((ends[0], ends[1]))
        }
        let theirs = [pipes[0].read, pipes[1].write, pipes[2].write, pipes[3].write]
        var process: pid_t = 0
        // A shell changes the folder and becomes the program: the portable calls for it are too new for both systems.
        let words = ["/bin/sh", "-c", #"cd "$0" && exec "$@""#, workingFolder, path] + arguments
        let code = Self.spawn(&process, words, environment: environment.map { "\($0.key)=\($0.value)" }, streams: theirs)
        for end in theirs { close(end) }
        (input, output, error, life) = (pipes[0].write, pipes[1].read, pipes[2].read, pipes[3].read)
        processID = process
        guard code == 0 else {
            for end in [input, output, error, life] { close(end) }
            throw BuiltBinary.Problem("\(path) could not be started: \(String(cString: strerror(code)))")
        }
        for end in [input, output, error, life] { _ = fcntl(end, F_SETFL, O_NONBLOCK) }
    }

    /// `posix_spawn` with descriptors 0 to 3 taken from `streams`, default signal dispositions and an empty signal mask.
    private static func spawn(_ process: inout pid_t, _ words: [String], environment: [String], streams: [Int32]) -> Int32 {
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
        for (target, source) in streams.enumerated() { posix_spawn_file_actions_adddup2(&actions, source, Int32(target)) }
        var signals = sigset_t()
        sigemptyset(&signals)
        posix_spawnattr_setsigmask(&attributes, &signals)
        for number in [SIGPIPE, SIGTERM, SIGINT, SIGHUP] { sigaddset(&signals, number) }
        posix_spawnattr_setsigdefault(&attributes, &signals)
        posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF))
        var wordList: [UnsafeMutablePointer<CChar>?] = words.map { strdup($0) } + [nil]
        var environmentList: [UnsafeMutablePointer<CChar>?] = environment.map { strdup($0) } + [nil]
        defer { for pointer in wordList + environmentList { free(pointer) } }
        return posix_spawn(&process, words[0], &actions, &attributes, &wordList, &environmentList)
    }
}
