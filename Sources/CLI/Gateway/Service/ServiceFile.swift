// SPDX-License-Identifier: Apache-2.0

/// The file by which a service manager runs the gateway, as text. Pure: both kinds are written on every platform.
struct ServiceFile: Hashable, Sendable {
    /// Absolute path of the program.
    var program: String
    /// Behind it, such as `["gateway", "run"]`.
    var arguments: [String]
    /// `PATH` for commands that fetch secrets.
    var searchPath: String
    /// Absolute.
    var stateFolder: String
    /// `nil`: the usual one.
    var profile: String?
    /// As in the settings: how long requests may take to end.
    var stopGraceSeconds = 30

    /// `understudy-gateway.service`, `understudy-gateway-work.service`.
    var unitName: String { "understudy-gateway\(profile.map { "-\($0)" } ?? "").service" }

    /// `ai.understudy.gateway`, `ai.understudy.gateway.work`.
    var label: String { "ai.understudy.gateway\(profile.map { ".\($0)" } ?? "")" }

    /// Bytes of such a file.
    static let limit = 64 << 10

    /// Whether a service's file, of either kind, runs the gateway on this one's state folder.
    func isForSameFolder(_ text: String) -> Bool {
        text.contains("\n\(folderLine)\n") || text.contains("<string>\(Self.escaped(outputFile))</string>")
    }

    private var folderLine: String { "# Keys stand in \(Self.comment(stateFolder))/.env, which the gateway reads itself." }

    private var outputFile: String { Self.outputFile(in: stateFolder) }

    /// What a gateway in the background prints, and its log where that has no file of its own.
    static func outputFile(in stateFolder: String) -> String { stateFolder + "/gateway.out" }

    // MARK: systemd

    /// A user unit (systemd.service(5), systemd.exec(5)). Of the sandboxing options only those that work without privileges, and that leave
    /// commands which fetch secrets alone.
    var unit: String {
        """
        # Written by understudy gateway install, which writes it anew.
        [Unit]
        Description=Understudy model gateway\(profile.map { " (\($0))" } ?? "")
        StartLimitIntervalSec=60
        StartLimitBurst=5

        [Service]
        Type=notify
        # After understudy gateway restart another process is the gateway, and says so.
        NotifyAccess=all
        ExecStart=\(([Self.quoted(program, doublesDollars: false)] + arguments.map { Self.quoted($0) }).joined(separator: " "))
        ExecReload=/bin/kill -HUP $MAINPID
        Restart=on-failure
        RestartSec=2
        # The command line and the configuration are wrong: trying again does not mend them.
        RestartPreventExitStatus=64 78
        TimeoutStartSec=60
        TimeoutStopSec=\(stopGraceSeconds + 20)
        \(folderLine)
        Environment=\(Self.quoted("PATH=\(searchPath)", doublesDollars: false))
        UMask=0077
        LimitNOFILE=65536
        NoNewPrivileges=yes
        LockPersonality=yes
        RestrictRealtime=yes
        RestrictSUIDSGID=yes
        SystemCallArchitectures=native

        [Install]
        WantedBy=default.target

        """
    }

    /// One word of a unit's command line: `%` and `$` doubled, in double quotes with C escapes where it needs them (systemd.service(5),
    /// "Command lines").
    ///
    /// - Parameter doublesDollars: Not in `Environment=` and in the path of a program, where a dollar sign means itself.
    static func quoted(_ word: String, doublesDollars: Bool = true) -> String {
        var text = ""
        var isPlain = !word.isEmpty
        for scalar in word.unicodeScalars {
            switch scalar {
            case "%": text += "%%"
            case "$" where doublesDollars: text += "$$"
            case "\\", "\"":
                text += "\\\(scalar)"
                isPlain = false
            case " ", "'", ";":
                text.unicodeScalars.append(scalar)
                isPlain = false
            case _ where scalar.value < 0x20 || scalar.value == 0x7F:
                let digits = String(scalar.value, radix: 16)
                text += "\\x" + (digits.count < 2 ? "0" : "") + digits
                isPlain = false
            default: text.unicodeScalars.append(scalar)
            }
        }
        return isPlain ? text : "\"\(text)\""
    }

    /// A path in a comment, which ends with its line.
    private static func comment(_ path: String) -> String {
        String(path.map { $0.isNewline ? "?" : $0 })
    }

    // MARK: launchd

    /// A launch agent's property list (launchd.plist(5)).
    var propertyList: String {
        let words = ([program] + arguments).map { "        <string>\(Self.escaped($0))</string>" }.joined(separator: "\n")
        return """
            <?xml version="1.0" encoding="UTF-8"?>
            <!DOCTYPE plist PUBLIC "-//Apple//DTD PLIST 1.0//EN" "http://www.apple.com/DTDs/PropertyList-1.0.dtd">
            <plist version="1.0">
            <dict>
                <key>Label</key>
                <string>\(Self.escaped(label))</string>
                <key>ProgramArguments</key>
                <array>
            \(words)
                </array>
                <key>RunAtLoad</key>
                <true/>
                <key>KeepAlive</key>
                <dict>
                    <key>SuccessfulExit</key>
                    <false/>
                </dict>
                <key>ThrottleInterval</key>
                <integer>5</integer>
                <key>ExitTimeOut</key>
                <integer>\(stopGraceSeconds + 20)</integer>
                <key>ProcessType</key>
                <string>Interactive</string>
                <key>Umask</key>
                <integer>63</integer>
                <key>EnvironmentVariables</key>
                <dict>
                    <key>PATH</key>
                    <string>\(Self.escaped(searchPath))</string>
                </dict>
                <key>SoftResourceLimits</key>
                <dict>
                    <key>NumberOfFiles</key>
                    <integer>65536</integer>
                </dict>
                <key>StandardOutPath</key>
                <string>\(Self.escaped(outputFile))</string>
                <key>StandardErrorPath</key>
                <string>\(Self.escaped(outputFile))</string>
            </dict>
            </plist>

            """
    }

    private static func escaped(_ text: String) -> String {
        text.reduce(into: "") { result, character in
            switch character {
            case "&": result += "&amp;"
            case "<": result += "&lt;"
            case ">": result += "&gt;"
            default: result.append(character)
            }
        }
    }
}
