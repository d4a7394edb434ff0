// SPDX-License-Identifier: Apache-2.0
import Configuration
import Credentials
import Failover
import HTTP
import JSON
import Providers
import Store
import Synchronization
import TestSupport
import Testing

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// A home folder with one login of an OAuth server on the loopback.
struct LoginStage {
    let home: TemporaryHome
    let server: OAuthServer
    let clock: TestClock
    var descriptor: LoginDescriptor
    static let id: CredentialID = "acme:me"

    init() throws {
        home = try TemporaryHome()
        server = try OAuthServer()
        clock = TestClock()
        descriptor = LoginDescriptor(provider: "acme", source: "a test")
        descriptor.clientID = OAuthServer.client
        descriptor.tokenURL = "\(server.url)/token"
        descriptor.authorizeURL = "\(server.url)/authorize"
        descriptor.device = LoginDescriptor.Device(url: "\(server.url)/device")
    }

    var file: ProfileFile { ProfileFile(path: "\(home.path)/state/agents/main/agent/auth-profiles.json") }

    func endpoint(timeout: Duration = .seconds(10)) -> TokenEndpoint { TokenEndpoint(timeout: timeout) { [clock] in clock.now } }

    private static let folder = "state/agents/main/agent"

    /// The names of the locks that there are.
    var locks: [String] {
        guard let folder = opendir("\(home.path)/\(Self.folder)") else { return [] }
        defer { closedir(folder) }
        var names: [String] = []
        while let entry = readdir(folder) {
            names.append(
                withUnsafePointer(to: &entry.pointee.d_name) { tuple in
                    tuple.withMemoryRebound(to: CChar.self, capacity: Int(NAME_MAX) + 1) { String(cString: $0) }
                })
        }
        return names.filter { $0.hasSuffix(".lock") }.sorted()
    }

    /// Puts a folder in a file's place: nobody, root neither, can write it then.
    func spoil(_ name: String) {
        unlink("\(home.path)/\(Self.folder)/\(name)")
        mkdir("\(home.path)/\(Self.folder)/\(name)", 0o700)
    }

    func mend(_ name: String) { rmdir("\(home.path)/\(Self.folder)/\(name)") }

    var refresh: TokenRefresh { TokenRefresh(endpoint: endpoint()) }

    /// Writes a login of the server into the file.
    ///
    /// - Parameter left: Time until its access token ends.
    @discardableResult func signIn(left: Duration = .seconds(-60), members: String = "") throws -> (access: String, refresh: String) {
        let tokens = server.signIn()
        try home.write(
            """
            {"version": 1, "profiles": {"acme:me": {"type": "oauth", "provider": "acme", "access": "\(tokens.access)",
              "refresh": "\(tokens.refresh)", "expires": \((clock.now + left).milliseconds), "email": "me@example.org"\(members)}},
             "order": {"acme": ["acme:me"]}}
            """, to: "state/agents/main/agent/auth-profiles.json")
        return tokens
    }

    var pool: PoolSnapshot {
        get throws {
            var settings = Settings()
            settings.providers = [:]
            settings.providers["acme"] = Provider(id: "acme", baseURL: try #require(BaseURL("https://acme.example/v1")))
            settings.logins["acme"] = descriptor
            return CredentialPool.load(
                PoolSources(settings: settings, folders: ["\(home.path)/state", "\(home.path)/openclaw"], home: home.path), now: clock.now)
        }
    }

    var credential: StoredCredential { get throws { try #require(try pool.credentials(for: "acme", agent: "main").first) } }

    /// The profile as it stands in the file.
    var profile: JSONValue {
        get throws {
            let text = try #require(home.read("state/agents/main/agent/auth-profiles.json"))
            return try #require(try JSONValue.parse(Array(text.utf8))["profiles"]?["acme:me"])
        }
    }

    func renew(refused: Secret? = nil) throws -> Result<TokenRefresh.Renewed, RefreshFailure> {
        let credential = try credential
        let login = try #require(credential.login)
        do throws(RefreshFailure) {
            return .success(try refresh.run(login, family: credential.secretHash, refused: refused))
        } catch {
            return .failure(error)
        }
    }
}

/// A wall clock that stands until a test moves it.
final class TestClock: Sendable {
    private let time = Mutex(Timestamp(milliseconds: 1_763_690_000_000))

    var now: Timestamp { time.withLock { $0 } }

    func advance(_ duration: Duration) { time.withLock { $0 = $0 + duration } }
}

extension Secret {
    var text: String { withExposed { $0 } }
}
