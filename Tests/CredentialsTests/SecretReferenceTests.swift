// SPDX-License-Identifier: Apache-2.0
import Configuration
import Credentials
import Failover
import HTTP
import TestSupport
import Testing

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// A home folder with files and programs that hold secrets, and profiles that refer to them.
private struct Vault {
    var place: Place
    var secrets = SecretsSettings()

    init() throws { place = try Place() }

    /// A profile `openai:<name>` for each reference.
    func refer(_ references: [String: String]) throws {
        let rows = references.sorted { $0.key < $1.key }.map { name, reference in
            #""openai:\#(name)": {"type": "api_key", "provider": "openai", "keyRef": \#(reference)}"#
        }
        try place.profiles("{\"version\": 1, \"profiles\": {\(rows.joined(separator: ","))}}")
    }

    func program(_ text: String, named name: String = "helper", mode: mode_t = 0o700) throws -> String {
        try place.home.write("#!/bin/sh\n" + text + "\n", to: name, mode: mode)
        chmod("\(place.home.path)/\(name)", mode)
        return "\(place.home.path)/\(name)"
    }

    func pool(_ memory: SecretMemory? = nil) -> PoolSnapshot {
        var settings = place.settings
        settings.secrets = secrets
        return CredentialPool.load(
            PoolSources(settings: settings, folders: ["\(place.home.path)/state"], home: place.home.path), now: place.now,
            secrets: SecretResolver(home: place.home.path, memory: memory))
    }

    /// Such as `a=secret`, and `b!reason` for one that cannot be had.
    func found(_ memory: SecretMemory? = nil) -> [String] {
        pool(memory).credentials(for: "openai", agent: "main").map { credential in
            let name = credential.id.rawValue.dropFirst("openai:".count)
            return credential.unusable.map { "\(name)!\($0)" } ?? "\(name)=\(credential.secret.withExposed { $0 })"
        }
    }
}

@Suite struct `A reference to a secret` {
    @Test(arguments: [
        (#"{"source": "env", "provider": "default", "id": "MY_KEY"}"#, "a=from-env"), (#"{"source": "env", "id": "MY_KEY"}"#, "a=from-env"),
        (#"{"source": "env", "id": "NOT_SET"}"#, "a!environment variable NOT_SET is not set"),
        (#"{"source": "env", "provider": "few", "id": "MY_KEY"}"#, "a!secrets.providers.few.allowlist does not name the variable MY_KEY"),
        (#"{"source": "file", "provider": "one", "id": "value"}"#, "a=from-file"),
        (#"{"source": "file", "provider": "many", "id": "/openai/a~1b/0"}"#, "a=deep"),
        (#"{"source": "file", "provider": "many", "id": "/openai/none"}"#, "a!~/many.json has nothing at /openai/none"),
        (#"{"source": "file", "provider": "many", "id": "/openai"}"#, "a!~/many.json has no text at /openai"),
        (
            #"{"source": "file", "provider": "many", "id": "value"}"#,
            "a!~/many.json is a JSON object, and its reference's id no JSON pointer"
        ),
        (#"{"source": "file", "provider": "one", "id": "/x"}"#, #"a!~/one.txt is one secret, whose id is "value" and not /x"#),
        (#"{"source": "store", "id": "X"}"#, #"a!a reference of source "store" cannot be followed; env, file and exec can"#),
        (
            #"{"source": "exec", "provider": "nobody", "id": "x"}"#,
            #"a!its reference names nobody, which is missing in secrets.providers; write {source: "exec", …} there"#
        ),
        (
            #"{"source": "exec", "provider": "one", "id": "x"}"#,
            "a!its reference is of source exec, and secrets.providers.one of source file"
        ),
        (
            #"{"source": "file", "id": "value"}"#,
            #"a!its reference names default, which is missing in secrets.providers; write {source: "file", …} there"#
        ),
        (#"{"source": "file", "provider": "one", "id": ""}"#, "a!its reference has no id"),
        (#""${MY_KEY}""#, "a=from-env"), (#""$MY_KEY""#, "a=from-env"),
    ]) func `leads to its secret, or says why it does not`(reference: String, expected: String) throws {
        var vault = try Vault()
        try vault.place.home.write(" from-file\n", to: "one.txt")
        try vault.place.home.write(#"{"openai": {"a/b": ["deep"]}}"#, to: "many.json")
        vault.place.settings.environment = ["MY_KEY": Secret("from-env")]
        var one = SecretsSettings.File(path: "~/one.txt")
        one.isSingleValue = true
        vault.secrets.providers = ["one": .file(one), "many": .file(.init(path: "~/many.json")), "few": .env(allowed: ["OTHER"])]
        try vault.refer(["a": reference])
        #expect(vault.found() == [expected])
    }

    @Test func `is followed anew at each load, and what was good before stands in with a note`() throws {
        var vault = try Vault()
        var file = SecretsSettings.File(path: "\(vault.place.home.path)/key.txt")
        file.isSingleValue = true
        vault.secrets.providers = ["one": .file(file)]
        try vault.refer(["a": #"{"source": "file", "provider": "one", "id": "value"}"#])
        let memory = SecretMemory()
        #expect(vault.found(memory) == ["a!\(file.path), which holds its secret, does not exist"])
        try vault.place.home.write("first", to: "key.txt")
        #expect(vault.found(memory) == ["a=first"])
        try vault.place.home.write("second", to: "key.txt")
        #expect(vault.found(memory) == ["a=second"])
        unlink(file.path)
        #expect(vault.found(memory) == ["a=second"])
        #expect(
            vault.pool(memory).notes.map(\.description) == [
                "secrets.providers.one: \(file.path), which holds its secret, does not exist; the secret of before is still used"
            ])
        #expect(vault.pool().paths.contains(file.path), "the file is not watched")
        #expect(vault.found() == ["a!\(file.path), which holds its secret, does not exist"])
    }

    @Test func `is not written back, and does not keep the rest from loading`() throws {
        let vault = try Vault()
        let text =
            #"{"version": 1, "profiles": {"openai:a": {"type": "api_key", "provider": "openai", "keyRef": {"source": "env", "id": "A_B"}}}}"#
        try vault.place.profiles(text)
        _ = vault.pool()
        #expect(vault.place.home.read("state/agents/main/agent/auth-profiles.json") == text)
    }

    @Test func `to a file that others can write to is refused, unless that is meant`() throws {
        var vault = try Vault()
        try vault.place.home.write("x1", to: "key.txt")
        chmod("\(vault.place.home.path)/key.txt", 0o666)
        var file = SecretsSettings.File(path: "~/key.txt")
        file.isSingleValue = true
        vault.secrets.providers = ["one": .file(file)]
        try vault.refer(["a": #"{"source": "file", "provider": "one", "id": "value"}"#])
        #expect(vault.found()[0].hasPrefix("a!others can write to "))
        file.allowsInsecurePath = true
        vault.secrets.providers = ["one": .file(file)]
        #expect(vault.found() == ["a=x1"])
    }
}

@Suite(.timeLimit(.minutes(5))) struct `A program that is asked for secrets` {
    private static func reference(_ id: String) -> String { #"{"source": "exec", "provider": "helper", "id": "\#(id)"}"# }

    @Test func `is run once for all that is needed of it, without a shell and with the variables that it may have`() throws {
        var vault = try Vault()
        let command = try vault.program(
            #"""
            echo run >> "$COUNT"
            input=$(cat)
            case "$input" in
              '{"protocolVersion":1,"provider":"helper","ids":["a/b","c"]}') ;;
              *) exit 9 ;;
            esac
            [ "$1" = '$(touch x); * "quoted"' ] || exit 8
            [ "$PASSED" = yes ] && [ -z "$HIDDEN" ] || exit 7
            printf '{"protocolVersion":1,"values":{"a/b":" k1 ","c":"k2"}}'
            """#)
        var program = SecretsSettings.Program(command: command)
        program.arguments = [#"$(touch x); * "quoted""#]
        program.environment = ["COUNT": "\(vault.place.home.path)/count", "PATH": "/usr/bin:/bin"]
        program.passedVariables = ["PASSED", "NOT_SET"]
        vault.place.settings.environment = ["PASSED": Secret("yes"), "HIDDEN": Secret("no")]
        vault.secrets.providers = ["helper": .exec(program)]
        try vault.refer(["a": Self.reference("a/b"), "b": Self.reference("c"), "c": Self.reference("c")])
        // `c` is `b`'s secret once more.
        #expect(vault.found() == ["a=k1", "b=k2"])
        #expect(vault.place.home.read("count") == "run\n")
        #expect(vault.place.home.read("x") == nil)
    }

    @Test(arguments: [
        ("exit 3", "it ended with status 3"), ("kill -9 $$", "signal 9 ended it"), ("true", "it answered nothing"),
        ("echo sk-this-is-secret", "its answer is no JSON object"),
        (#"echo '{"values":{"x":"k"}}'"#, "its answer's protocolVersion is not 1"),
        (#"echo '{"protocolVersion":1}'"#, "its answer has no values"),
        (
            "while :; do echo 0123456789012345678901234567890123456789; done",
            "it wrote more than 10000 bytes"
        ),
        ("sleep 60", "it wrote nothing for 300 ms"), ("while :; do echo x; sleep 0.1; done", "it was not done after 900 ms"),
        // A child of its own must not keep us waiting, nor live on.
        ("sleep 60 & wait", "it wrote nothing for 300 ms"),
    ]) func `is held to its bounds, and what it wrote is not repeated`(script: String, why: String) throws {
        var vault = try Vault()
        var program = SecretsSettings.Program(command: try vault.program(script))
        program.timeout = .milliseconds(900)
        program.noOutputTimeout = .milliseconds(300)
        program.maxOutputBytes = 10_000
        program.environment = ["PATH": "/usr/bin:/bin"]
        vault.secrets.providers = ["helper": .exec(program)]
        try vault.refer(["a": Self.reference("x")])
        let begun = ContinuousClock.now
        #expect(vault.found() == ["a!secrets.providers.helper: \(why)"])
        #expect(ContinuousClock.now - begun < .seconds(20))
    }

    @Test func `works in the home folder, wherever somebody called us`() throws {
        var vault = try Vault()
        var program = SecretsSettings.Program(
            command: try vault.program(#"printf '{"protocolVersion":1,"values":{"x":"%s"}}' "$(pwd -P)""#))
        program.environment = ["PATH": "/usr/bin:/bin"]
        vault.secrets.providers = ["helper": .exec(program)]
        try vault.refer(["a": Self.reference("x")])
        #expect(vault.found() == ["a=\(vault.place.home.path)"])
    }

    @Test func `answers for each secret by itself`() throws {
        var vault = try Vault()
        let answer =
            #"{"protocolVersion":1,"values":{"good":"k1","empty":"","number":7},"errors":{"bad":{"message":"no such\u0007 item"}}}"#
        var program = SecretsSettings.Program(command: try vault.program("echo '\(answer)'"))
        program.environment = ["PATH": "/usr/bin:/bin"]
        vault.secrets.providers = ["helper": .exec(program)]
        try vault.refer(
            ["a": Self.reference("good"), "b": Self.reference("bad"), "c": Self.reference("empty"), "d": Self.reference("number")])
        #expect(
            vault.found() == [
                "a=k1", "b!secrets.providers.helper has no bad: no such  item", "c!secrets.providers.helper did not answer for empty",
                "d!secrets.providers.helper did not answer for number",
            ])
    }

    @Test(arguments: [
        ("echo bare-key", "a=bare-key"), (#"echo '"json-key"'"#, "a=json-key"),
        (#"echo '{"protocolVersion":1,"values":{"x":"k"}}'"#, "a=k"),
    ])
    func `may answer with a bare text where that is allowed`(script: String, expected: String) throws {
        var vault = try Vault()
        var program = SecretsSettings.Program(command: try vault.program(script))
        program.isJSONOnly = false
        vault.secrets.providers = ["helper": .exec(program)]
        try vault.refer(["a": Self.reference("x")])
        #expect(vault.found() == [expected])
    }

    @Test func `must be where nobody else could have put it`() throws {
        var vault = try Vault()
        let home = vault.place.home.path
        let command = try vault.program("echo k")
        try vault.refer(["a": Self.reference("x")])
        func said(_ command: String, _ change: (inout SecretsSettings.Program) -> Void = { _ in }) -> String {
            var program = SecretsSettings.Program(command: command)
            program.isJSONOnly = false
            change(&program)
            vault.secrets.providers = ["helper": .exec(program)]
            return vault.found()[0]
        }
        #expect(said(command) == "a=k")
        #expect(said("~/helper") == "a=k")
        #expect(said("helper") == "a!secrets.providers.helper: its command is no absolute path")
        #expect(said("\(home)/none").hasSuffix("its command \(home)/none does not exist"))
        #expect(said(home).hasSuffix("is not a file"))
        #expect(symlink(command, "\(home)/link") == 0)
        #expect(said("\(home)/link").contains("is a symbolic link; allowSymlinkCommand"))
        #expect(said("\(home)/link") { $0.allowsLink = true } == "a=k")
        #expect(said(command) { $0.trustedFolders = ["/usr/bin"] }.hasSuffix("is outside of trustedDirs"))
        #expect(said(command) { $0.trustedFolders = ["/usr/bin", home + "/"] } == "a=k")
        chmod(command, 0o722)
        #expect(said(command).contains("can be changed by others"))
        #expect(said(command) { $0.allowsInsecurePath = true } == "a=k")
        chmod(command, 0o600)
        #expect(said(command).hasSuffix("cannot be run by this user"))
        chmod(command, 0o700)
        chmod(home, 0o777)
        #expect(said(command).contains("lies in a folder that others can write to"))
        chmod(home, 0o700)
    }

    @Test func `has nothing open that is ours, marked or not`() throws {
        var vault = try Vault()
        try vault.refer(["a": Self.reference("x")])
        let unmarked = fcntl(STDERR_FILENO, F_DUPFD, 200)
        defer { close(unmarked) }
        try #require(unmarked >= 200)
        let script = "if [ -e /dev/fd/\(unmarked) ]; then echo open; else echo shut; fi"
        var program = SecretsSettings.Program(command: try vault.program(script))
        program.isJSONOnly = false
        vault.secrets.providers = ["helper": .exec(program)]
        #expect(vault.found() == ["a=shut"])
    }

    @Test func `does not wait for the others`() throws {
        var vault = try Vault()
        var references: [String: String] = [:]
        for number in 0..<4 {
            var program = SecretsSettings.Program(command: try vault.program("sleep 1; echo k\(number)", named: "h\(number)"))
            program.isJSONOnly = false
            program.environment = ["PATH": "/usr/bin:/bin"]
            program.timeout = .seconds(60)
            vault.secrets.providers["h\(number)"] = .exec(program)
            references["p\(number)"] = #"{"source": "exec", "provider": "h\#(number)", "id": "x"}"#
        }
        try vault.refer(references)
        let begun = ContinuousClock.now
        #expect(vault.found() == ["p0=k0", "p1=k1", "p2=k2", "p3=k3"])
        #expect(ContinuousClock.now - begun < .milliseconds(3500))
    }
}
