// SPDX-License-Identifier: Apache-2.0
#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// Ends a program at any one of the steps that it takes with files, as `kill -9` at that very moment would: each call that makes, writes,
/// syncs, renames, links or removes one. A `write` is ended half-way.
///
/// The program is as it was built: a library that is loaded before the system's own stands between the two.
public struct FileSteps: Sendable {
    private let library: String
    /// Only what happens below it counts.
    private let folder: String

    /// Whether this machine can do it: a library before others is glibc's way, and something has to compile it.
    public static var arePossible: Bool {
        #if canImport(Glibc)
            return compiler != nil
        #else
            return false
        #endif
    }

    /// - Parameter tools: Where the library is made.
    public init(below folder: String, tools: TemporaryHome) async throws(BuiltBinary.Problem) {
        guard let compiler = Self.compiler else { throw BuiltBinary.Problem("there is no C compiler in PATH") }
        self.folder = folder
        library = tools.path + "/steps.so"
        try tools.write(Self.source, to: "steps.c")
        let path = getenv("PATH").map { String(cString: $0) } ?? ""
        let made = try await BuiltBinary(program: compiler).run(
            ["-shared", "-fPIC", "-O1", "-o", library, tools.path + "/steps.c", "-ldl"], environment: ["PATH": path], home: tools)
        guard made.status == 0 else { throw BuiltBinary.Problem("the library could not be made: \(made.error)") }
    }

    /// For a process that is to end at its `step`-th step, counted from 1, before the step is taken.
    public func environment(endingAt step: Int) -> [String: String] {
        ["LD_PRELOAD": library, "STEPS_BELOW": folder, "STEPS_END": String(step)]
    }

    private static var compiler: String? {
        guard let path = getenv("PATH") else { return nil }
        let folders = String(cString: path).split(separator: ":")
        return ["clang", "cc", "gcc"].lazy.flatMap { name in folders.map { "\($0)/\(name)" } }.first { access($0, X_OK) == 0 }
    }

    private static let source = """
        #define _GNU_SOURCE
        #include <dlfcn.h>
        #include <fcntl.h>
        #include <signal.h>
        #include <stdarg.h>
        #include <stdatomic.h>
        #include <stdlib.h>
        #include <string.h>
        #include <sys/stat.h>
        #include <sys/types.h>
        #include <unistd.h>

        static const char *folder;
        static long last;
        static atomic_long taken;
        static atomic_uchar ours[4096];

        __attribute__((constructor)) static void begin(void) {
            const char *number = getenv("STEPS_END");
            folder = getenv("STEPS_BELOW");
            last = number ? atol(number) : 0;
        }

        static void end(void) {
            kill(getpid(), SIGKILL);
            for (;;) pause();
        }
        static int below(const char *path) { return folder && path && strncmp(path, folder, strlen(folder)) == 0; }
        static int is_ours(int file) { return file >= 0 && file < 4096 && ours[file]; }
        static int is_last(void) { return last > 0 && atomic_fetch_add(&taken, 1) + 1 == last; }
        static void step(int counts) { if (counts && is_last()) end(); }
        #define REAL(name) __typeof__(&name) real = (__typeof__(&name))dlsym(RTLD_NEXT, #name)

        static int opened(int file, int counts) {
            if (counts && file >= 0 && file < 4096) ours[file] = 1;
            return file;
        }
        #define OPEN(name) int name(const char *path, int flags, ...) { \\
            REAL(name); \\
            mode_t mode = 0; \\
            if (flags & O_CREAT) { va_list rest; va_start(rest, flags); mode = va_arg(rest, mode_t); va_end(rest); } \\
            int counts = below(path) && (flags & (O_WRONLY | O_RDWR | O_CREAT | O_DIRECTORY)); \\
            step(counts); \\
            return opened(real(path, flags, mode), counts); \\
        }
        OPEN(open)
        OPEN(open64)
        int close(int file) {
            REAL(close);
            if (file >= 0 && file < 4096) ours[file] = 0;
            return real(file);
        }
        ssize_t write(int file, const void *bytes, size_t count) {
            REAL(write);
            if (is_ours(file) && is_last()) { real(file, bytes, count / 2); end(); }
            return real(file, bytes, count);
        }
        int fsync(int file) { REAL(fsync); step(is_ours(file)); return real(file); }
        int fchmod(int file, mode_t mode) { REAL(fchmod); step(is_ours(file)); return real(file, mode); }
        int ftruncate(int file, off_t length) { REAL(ftruncate); step(is_ours(file)); return real(file, length); }
        int chmod(const char *path, mode_t mode) { REAL(chmod); step(below(path)); return real(path, mode); }
        int rename(const char *from, const char *to) { REAL(rename); step(below(to)); return real(from, to); }
        int link(const char *from, const char *to) { REAL(link); step(below(to)); return real(from, to); }
        int unlink(const char *path) { REAL(unlink); step(below(path)); return real(path); }
        int mkdir(const char *path, mode_t mode) { REAL(mkdir); step(below(path)); return real(path, mode); }

        """
}
