// SPDX-License-Identifier: Apache-2.0
import Transport

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

    init(path: String, arguments: [String], environment: [String: String], workingFolder: String) throws(BuiltBinary.Problem) {
        var pipes: [(read: Int32, write: Int32)] = []
        for _ in 0..<4 {
            var ends: [Int32] = [-1, -1]
            guard pipe(&ends) == 0 else { throw BuiltBinary.Problem("pipe: errno \(errno)") }
            for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
            pipes.append((ends[0], ends[1]))
        }
        let theirs = [pipes[0].read, pipes[1].write, pipes[2].write, pipes[3].write]
        defer { for end in theirs { close(end) } }
        (input, output, error, life) = (pipes[0].write, pipes[1].read, pipes[2].read, pipes[3].read)
        // A shell changes the folder and becomes the program: the portable calls for it are too new for both systems.
        let words = ["/bin/sh", "-c", #"cd "$0" && exec "$@""#, workingFolder, path] + arguments
        do throws(SystemError) {
            processID = try ChildProcess.start(
                words[0], arguments: words, environment: environment.map { "\($0.key)=\($0.value)" }, descriptors: theirs, group: .same
            ).processID
        } catch {
            for end in [pipes[0].write, pipes[1].read, pipes[2].read, pipes[3].read] { close(end) }
            throw BuiltBinary.Problem("\(path) could not be started: \(error.reason)")
        }
        for end in [input, output, error, life] { _ = fcntl(end, F_SETFL, O_NONBLOCK) }
    }
}
