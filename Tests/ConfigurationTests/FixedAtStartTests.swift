// SPDX-License-Identifier: Apache-2.0
import HTTP
import Testing

@testable import Configuration

@Suite struct `A setting that is fixed at the start` {
    @Test func `is marked in the list of keys`() {
        #expect(Set(Settings.fixedAtStart.map(\.path)) == Set(SettingsKeys.all.filter(\.isFixedAtStart).map(\.path)))
    }

    @Test(arguments: [
        ("{ gateway: { port: 1 } }", "{ gateway: { port: 1 } }", []),
        ("{}", "{ gateway: { port: 8080 } }", ["gateway.port"]),
        ("{}", "{ gateway: { bind: 'lan' } }", ["gateway.bind"]),
        ("{}", "{ gateway: { bind: 'custom', customBindHost: '10.0.0.1' } }", ["gateway.bind"]),
        (
            "{ gateway: { bind: 'custom', customBindHost: '10.0.0.2' } }", "{ gateway: { bind: 'custom', customBindHost: '10.0.0.1' } }",
            ["gateway.customBindHost"]
        ),
        ("{}", "{ gateway: { auth: { mode: 'none' } } }", ["gateway.auth.mode"]),
        ("{}", "{ gateway: { auth: { token: 'a' } } }", ["gateway.auth.token"]),
        ("{ gateway: { auth: { token: 'a' } } }", "{ gateway: { auth: { token: 'b' } } }", ["gateway.auth.token"]),
        ("{ gateway: { auth: { token: 'a' } } }", "{ gateway: { auth: { password: 'a' } } }", ["gateway.auth.mode"]),
        ("{ gateway: { auth: { password: 'a' } } }", "{ gateway: { auth: { password: 'b' } } }", ["gateway.auth.password"]),
        ("{}", "{ gateway: { controlUi: { allowedOrigins: ['http://a.example'] } } }", ["gateway.controlUi.allowedOrigins"]),
        (
            "{ gateway: { http: { maxRequests: 1, maxConnections: 2, maxBodyMemoryBytes: 40000000 } } }", "{ gateway: { http: {} } }",
            ["gateway.http.maxBodyMemoryBytes", "gateway.http.maxConnections", "gateway.http.maxRequests"]
        ),
        (
            "{}",
            "{ logging: { level: 'debug', file: '/l', consoleStyle: 'json', maxFileBytes: 5000, maxFileAgeHours: 1, keepFiles: 1, keepDays: 1 } }",
            [
                "logging.file", "logging.consoleStyle", "logging.maxFileBytes", "logging.maxFileAgeHours", "logging.keepFiles",
                "logging.keepDays",
            ]
        ),
        ("{}", "{ gateway: { http: { maxBodyBytes: 2048 } }, receipts: { keepDays: 1 }, timeouts: { idleSeconds: 3 } }", []),
    ]) func `waits for the next start, alone and by name`(started: String, now: String, waiting: [String]) throws {
        #expect(try read(now).settings.waitingForStart(since: try read(started).settings) == waiting)
    }
}
