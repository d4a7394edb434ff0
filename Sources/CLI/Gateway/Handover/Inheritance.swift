// SPDX-License-Identifier: Apache-2.0
import Transport

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// Who looks after a gateway's process.
enum Guardian: String, Hashable, Sendable {
    /// Whoever started it waits for this very process: a shell, a container, launchd. It stays while the gateway runs.
    case parent
    /// Nobody (`gateway start`).
    case nobody
    /// A service manager that is told when another process becomes the gateway: systemd.
    case service
}

/// What a process is given by the one that starts it as a gateway, by number: descriptors beyond the three usual ones.
///
/// Said in one variable, such as `1 nobody channel=3 error=4 lock=5 listen=6`, which goes no further.
struct Inheritance: Hashable, Sendable {
    static let variable = "UNDERSTUDY_HANDOVER"
    /// Grows when the words on the channel change their meaning.
    static let format = "1"

    var guardian: Guardian
    /// A `LineChannel` to who started it.
    var channel: Int32
    /// Where standard error leads once the gateway serves; until then it is read by who started it.
    var error: Int32
    /// Of the instance lock.
    var lock: Int32?
    /// A pipe to the process that stays for `Guardian.parent`.
    var life: Int32?
    /// Sockets that are listened on already.
    var listeners: [Int32] = []

    var text: String {
        var words = [Self.format, guardian.rawValue, "channel=\(channel)", "error=\(error)"]
        if let lock { words.append("lock=\(lock)") }
        if let life { words.append("life=\(life)") }
        words += listeners.map { "listen=\($0)" }
        return words.joined(separator: " ")
    }

    /// - Returns: `nil` for another text: somebody else's variable, or one of another version.
    init?(text: String, isOpen: (Int32) -> Bool = { fcntl($0, F_GETFD) >= 0 }) {
        let words = text.split(separator: " ")
        guard words.count >= 4, words[0] == Self.format, let guardian = Guardian(rawValue: String(words[1])) else { return nil }
        var found: [String: [Int32]] = [:]
        for word in words.dropFirst(2) {
            let parts = word.split(separator: "=", maxSplits: 1)
            guard parts.count == 2, let number = Int32(parts[1]), number > 2, isOpen(number) else { return nil }
            found[String(parts[0]), default: []].append(number)
        }
        guard let channel = found["channel"]?.first, let error = found["error"]?.first else { return nil }
        self.init(
            guardian: guardian, channel: channel, error: error, lock: found["lock"]?.first, life: found["life"]?.first,
            listeners: found["listen"] ?? [])
    }

    init(guardian: Guardian, channel: Int32, error: Int32, lock: Int32? = nil, life: Int32? = nil, listeners: [Int32] = []) {
        self.guardian = guardian
        self.channel = channel
        self.error = error
        self.lock = lock
        self.life = life
        self.listeners = listeners
    }

    /// Numbers them from 3 on, as a child has them.
    ///
    /// - Returns: What the child reads, and its descriptors from 3 on as this process has them.
    func numbered() -> (childs: Inheritance, descriptors: [Int32]) {
        var descriptors = [channel, error]
        var childs = self
        (childs.channel, childs.error) = (3, 4)
        func next(_ descriptor: Int32) -> Int32 {
            descriptors.append(descriptor)
            return Int32(descriptors.count) + 2
        }
        childs.lock = lock.map(next)
        childs.life = life.map(next)
        childs.listeners = listeners.map(next)
        return (childs, descriptors)
    }

    /// What this process was given, and takes the word away so that its own children are not given it.
    static func take(from environment: [String: String]) -> Inheritance? {
        guard let text = environment[variable] else { return nil }
        unsetenv(variable)
        guard let found = Inheritance(text: text) else { return nil }
        for number in [found.channel, found.error, found.lock, found.life].compactMap({ $0 }) + found.listeners {
            _ = fcntl(number, F_SETFD, FD_CLOEXEC)
        }
        return found
    }
}
