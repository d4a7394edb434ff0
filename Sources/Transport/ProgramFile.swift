// SPDX-License-Identifier: Apache-2.0
#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// Where the running program's file is.
public enum ProgramFile {
    /// The path that leads to it, symbolic links kept: after an upgrade the same path leads to the new program.
    ///
    /// To be asked at the start: a file that has been replaced is no longer found by the system's own record.
    ///
    /// - Parameters:
    ///   - name: As the program was called, `CommandLine.arguments[0]`.
    ///   - searched: `PATH`.
    public static func path(calledAs name: String, searched: String?) -> String? {
        let running = running
        var candidates: [String] = []
        if name.contains("/") {
            candidates = [name]
        } else {
            candidates = (searched ?? "").split(separator: ":").map { "\($0)/\(name)" }
        }
        for candidate in candidates where access(candidate, X_OK) == 0 && running != nil && real(candidate) == running {
            return absolute(candidate)
        }
        return running
    }

    /// The file itself, links followed.
    private static var running: String? {
        #if canImport(Glibc)
            return real("/proc/self/exe")
        #else
            var size = UInt32(PATH_MAX)
            var buffer = [CChar](repeating: 0, count: Int(size))
            guard _NSGetExecutablePath(&buffer, &size) == 0 else { return nil }
            return real(String(cString: buffer))
        #endif
    }

    private static func real(_ path: String) -> String? {
        guard let found = realpath(path, nil) else { return nil }
        defer { free(found) }
        return String(cString: found)
    }

    private static func absolute(_ path: String) -> String {
        if path.hasPrefix("/") { return path }
        guard let folder = getcwd(nil, 0) else { return path }
        defer { free(folder) }
        return "\(String(cString: folder))/\(path)"
    }
}
