// SPDX-License-Identifier: Apache-2.0
#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// What this process can see of the machine around it.
enum HostFacts {
    /// The process's environment. Of a variable that is set twice, the first counts, as with `getenv`.
    static func environment() -> [String: String] {
        var variables: [String: String] = [:]
        #if canImport(Glibc)
            var next = environ
        #else
            var next = _NSGetEnviron().pointee
        #endif
        while let entry = next.pointee {
            let text = String(cString: entry)
            if let equals = text.firstIndex(of: "=") {
                let name = String(text[..<equals])
                if variables[name] == nil { variables[name] = String(text[text.index(after: equals)...]) }
            }
            next += 1
        }
        return variables
    }

    /// `$HOME`, else the folder in the user database, else the root folder.
    static func home(environment: [String: String]) -> String {
        if let home = environment["HOME"], home.hasPrefix("/") {
            return ConfigLocation.absolute(home, home: "/", workingFolder: "/")
        }
        var entry = passwd()
        var found: UnsafeMutablePointer<passwd>?
        var buffer = [CChar](repeating: 0, count: 16 * 1024)
        guard getpwuid_r(getuid(), &entry, &buffer, buffer.count, &found) == 0, found != nil, let folder = entry.pw_dir else { return "/" }
        return String(cString: folder)
    }

    /// The root folder when the working folder is gone.
    static func workingFolder() -> String {
        guard let path = getcwd(nil, 0) else { return "/" }
        defer { free(path) }
        return String(cString: path)
    }

    static func exists(_ path: String) -> Bool { access(path, F_OK) == 0 }

    /// Whether the file's mode lets its group or everybody read it.
    static func isOpenToOthers(_ path: String) -> Bool {
        var status = stat()
        return stat(path, &status) == 0 && status.st_mode & 0o044 != 0
    }

    /// Milliseconds since 1970-01-01 00:00 UTC.
    static func nowMilliseconds() -> Int64 {
        var time = timespec()
        clock_gettime(CLOCK_REALTIME, &time)
        return Int64(time.tv_sec) * 1000 + Int64(time.tv_nsec) / 1_000_000
    }

    /// `2026-03-01 14:05:09` in the machine's time zone.
    static func localTime(milliseconds: Int64) -> String {
        var seconds = time_t(milliseconds / 1000)
        var parts = tm()
        guard localtime_r(&seconds, &parts) != nil else { return "?" }
        func two(_ number: Int32) -> String { (number < 10 ? "0" : "") + String(number) }
        let day = "\(parts.tm_year + 1900)-\(two(parts.tm_mon + 1))-\(two(parts.tm_mday))"
        return "\(day) \(two(parts.tm_hour)):\(two(parts.tm_min)):\(two(parts.tm_sec))"
    }
}

extension ConfigLocation {
    /// The location for this process and command line.
    /// What a `~` stands for.
    static func home(environment: [String: String]) -> String {
        let surroundings = Surroundings(
            environment: environment, home: HostFacts.home(environment: environment), workingFolder: HostFacts.workingFolder(),
            exists: { _ in false })
        return find(config: nil, stateDir: nil, in: surroundings).home
    }

    static func find(for context: CommandContext) -> ConfigLocation {
        find(
            config: context.invocation.text(.config), stateDir: context.invocation.text(.stateDir),
            profile: context.invocation.text(.profile) ?? (context.invocation.isOn(.dev) ? "dev" : nil),
            in: Surroundings(
                environment: context.environment, home: HostFacts.home(environment: context.environment),
                workingFolder: HostFacts.workingFolder(), exists: HostFacts.exists))
    }
}
