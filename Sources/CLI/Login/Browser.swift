// SPDX-License-Identifier: Apache-2.0
#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// A browser on this machine, for a person who sits in front of it.
enum Browser {
    /// Whether there is a display that whoever types here can see: not over SSH, and on Linux with a display server.
    static func isAtHand(environment: [String: String]) -> Bool {
        func has(_ name: String) -> Bool { !(environment[name] ?? "").isEmpty }
        if has("SSH_CONNECTION") || has("SSH_TTY") || has("CI") { return false }
        #if os(Linux)
            return has("DISPLAY") || has("WAYLAND_DISPLAY")
        #else
            return true
        #endif
    }

    #if os(Linux)
        private static let opener = "xdg-open"
    #else
        private static let opener = "open"
    #endif

    /// Hands an address to the system's opener, which writes nothing here.
    ///
    /// - Returns: Whether it was started; whether a browser appears nobody knows.
    static func open(_ url: String) -> Bool {
        guard url.hasPrefix("https://") || url.hasPrefix("http://") else { return false }
        #if canImport(Glibc)
            var actions = posix_spawn_file_actions_t()
        #else
            var actions: posix_spawn_file_actions_t?
        #endif
        guard posix_spawn_file_actions_init(&actions) == 0 else { return false }
        defer { posix_spawn_file_actions_destroy(&actions) }
        for descriptor in [STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO] {
            posix_spawn_file_actions_addopen(&actions, descriptor, "/dev/null", O_RDWR, 0)
        }
        var arguments = [strdup(opener), strdup(url), nil]
        defer { for argument in arguments { free(argument) } }
        var process = pid_t()
        return posix_spawnp(&process, opener, &actions, nil, &arguments, environ) == 0
    }
}
