// SPDX-License-Identifier: Apache-2.0

/// Which configuration file and which state folder a command works with, and who said so.
///
/// Configuration: `--config`, `UNDERSTUDY_CONFIG`, `OPENCLAW_CONFIG_PATH`, else `understudy.json` in the state folder.
/// State folder: `--state-dir`, `--profile` (`~/.understudy-<name>`), `UNDERSTUDY_STATE_DIR`, `OPENCLAW_STATE_DIR`, else `~/.understudy`. In a folder that
/// `OPENCLAW_STATE_DIR` names, `openclaw.json` is the configuration where there is no `understudy.json`.
struct ConfigLocation: Hashable, Sendable {
    /// Absolute.
    var configPath: String
    /// `--config`, the name of a variable, or `default`.
    var configOrigin: String
    var configExists: Bool
    /// A flag or variable names this very file, rather than the folder it would be in.
    var isNamed: Bool
    /// Absolute, without a slash at its end.
    var stateFolder: String
    var stateOrigin: String
    /// OpenClaw's configuration, where ours is missing at its default place and OpenClaw's is there.
    var openClawConfig: String?
    var home: String
    /// `--profile`, or `dev` by `--dev`; `nil`: the usual one.
    var profile: String?

    /// What is around a command line that is not in it.
    struct Surroundings {
        var environment: [String: String]
        /// The user's home folder, absolute. `OPENCLAW_HOME` overrides it, as in OpenClaw.
        var home: String
        var workingFolder: String
        /// Whether a file of any kind is at this path.
        var exists: (String) -> Bool
    }

    /// Pure but for `exists`. Empty variables count as unset.
    static func find(config: String?, stateDir: String?, profile: String? = nil, in surroundings: Surroundings) -> ConfigLocation {
        func variable(_ name: String) -> String? { surroundings.environment[name].flatMap { $0.isEmpty ? nil : $0 } }
        func absolute(_ path: String, home: String) -> String {
            Self.absolute(path, home: home, workingFolder: surroundings.workingFolder)
        }
        let home = variable("OPENCLAW_HOME").map { absolute($0, home: surroundings.home) } ?? surroundings.home
        func first(_ choices: [(String, String?)]) -> (origin: String, path: String)? {
            for (origin, path) in choices { if let path { return (origin, absolute(path, home: home)) } }
            return nil
        }
        let state = first([
            ("--state-dir", stateDir), ("--profile", profile.map { "\(home)/.understudy-\($0)" }),
            ("UNDERSTUDY_STATE_DIR", variable("UNDERSTUDY_STATE_DIR")),
            ("OPENCLAW_STATE_DIR", variable("OPENCLAW_STATE_DIR")),
        ])
        let folder = state?.path ?? home + "/.understudy"
        let said = first([
            ("--config", config), ("UNDERSTUDY_CONFIG", variable("UNDERSTUDY_CONFIG")),
            ("OPENCLAW_CONFIG_PATH", variable("OPENCLAW_CONFIG_PATH")),
        ])
        var path = said?.path ?? folder + "/understudy.json"
        var exists = surroundings.exists(path)
        if said == nil, !exists, state?.origin == "OPENCLAW_STATE_DIR", surroundings.exists(folder + "/openclaw.json") {
            (path, exists) = (folder + "/openclaw.json", true)
        }
        var location = ConfigLocation(
            configPath: path, configOrigin: said?.origin ?? state?.origin ?? "default", configExists: exists, isNamed: said != nil,
            stateFolder: folder,
            stateOrigin: state?.origin ?? "default", home: home)
        location.profile = profile
        let openClaw = home + "/.openclaw/openclaw.json"
        if !exists, said == nil, surroundings.exists(openClaw) { location.openClawConfig = openClaw }
        return location
    }

    /// How to go on with OpenClaw's configuration, for people who have one and none of ours. `nil`: nothing to say.
    var openClawHint: String? {
        guard let openClawConfig else { return nil }
        return """
            There is no \(short(configPath)), but OpenClaw's \(short(openClawConfig)) is here. To run on it in place, with state of our own:
              understudy gateway run --config \(short(openClawConfig))
            """
    }

    /// The folders in which `agents/<id>/agent` is looked for, first wins: the state folder, and the one that the configuration lies in,
    /// which is where OpenClaw has them when its configuration is used in place.
    var agentRoots: [String] {
        let folder = "/" + configPath.split(separator: "/").dropLast().joined(separator: "/")
        return folder == stateFolder ? [stateFolder] : [stateFolder, folder]
    }

    /// A path with the home folder written as `~`.
    func short(_ path: String) -> String { path.hasPrefix(home + "/") ? "~" + path.dropFirst(home.count) : path }

    /// `path` from the root: `~` and `~/…` at home, others below the working folder; without `.` parts, double slashes and a slash at its end.
    static func absolute(_ path: String, home: String, workingFolder: String) -> String {
        var full = path
        if path == "~" || path.hasPrefix("~/") {
            full = home + path.dropFirst()
        } else if !path.hasPrefix("/") {
            full = workingFolder + "/" + path
        }
        return "/" + full.split(separator: "/").filter { $0 != "." }.joined(separator: "/")
    }
}
