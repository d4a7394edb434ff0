// SPDX-License-Identifier: Apache-2.0
import Transport

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

    /// Hands an address to the system's opener, which writes nothing here, and outlives this command as a browser should.
    ///
    /// - Returns: Whether it was started; whether a browser appears nobody knows.
    static func open(_ url: String, environment: [String: String]) -> Bool {
        guard url.hasPrefix("https://") || url.hasPrefix("http://"), let program = HelperProgram.find(opener, environment: environment)
        else {
            return false
        }
        let nowhere = Descriptor(owning: systemOpen("/dev/null", O_RDWR | O_CLOEXEC))
        let started = try? ChildProcess.start(
            program.path, arguments: [opener, url], environment: environment.map { "\($0.key)=\($0.value)" },
            descriptors: [nowhere.raw, nowhere.raw, nowhere.raw], group: .session)
        return started != nil
    }
}

private func systemOpen(_ path: String, _ flags: Int32) -> Int32 { open(path, flags) }
