// SPDX-License-Identifier: Apache-2.0
import HTTP

/// `gateway`: where clients find it, who may ask, and how much at once.
public struct GatewaySettings: Hashable, Sendable {
    /// `gateway.port`; 0, which only the command line can say, takes a free one.
    public var port: UInt16 = 7100
    public var bind: Bind = .loopback
    public var auth: Auth = .token(nil)
    /// `gateway.controlUi.allowedOrigins`: web origins that may read answers, besides the gateway's own.
    public var allowedOrigins: [String] = []
    /// Bytes of a request's body.
    public var maxBodyBytes = 32 << 20
    /// Bytes of all bodies that are kept at once for another attempt.
    public var maxBodyMemoryBytes = 256 << 20
    /// Open connections of clients.
    public var maxConnections = 10_000
    /// Requests under way.
    public var maxRequests = 8192
    /// Time without an event after which a client of a stream is told that it lives; zero: it is not.
    public var keepAlive = Duration.seconds(15)
    /// Seconds that requests have to end by themselves when the gateway is told to stop.
    public var stopGraceSeconds = 30

    public init() {}

    /// Which addresses it listens on.
    public enum Bind: Hashable, Sendable {
        /// This machine only. OpenClaw's `auto` too.
        case loopback
        /// Every address of this machine.
        case lan
        /// One address, such as `192.168.1.4` or `::1`.
        case address(String)

        public var host: String {
            switch self {
            case .loopback: "127.0.0.1"
            case .lan: "0.0.0.0"
            case .address(let address): address
            }
        }

        /// Whether only this machine can connect.
        public var isLoopback: Bool {
            switch self {
            case .loopback: true
            case .lan: false
            case .address(let address): address == "::1" || address.hasPrefix("127.")
            }
        }
    }

    /// What clients have to show.
    public enum Auth: Hashable, Sendable {
        /// A bearer token; `nil`: the one that is generated on the first start.
        case token(Token?)
        /// Nothing. Loopback only.
        case none
    }

    public struct Token: Hashable, Sendable {
        public var secret: Secret
        public var origin: Origin

        public init(_ secret: Secret, origin: Origin) {
            self.secret = secret
            self.origin = origin
        }

        public enum Origin: Hashable, Sendable {
            case commandLine
            /// A variable's name.
            case environment(String)
            /// A setting's path.
            case setting(String)
        }
    }
}

/// What a command line says instead of the settings. `nil` leaves it to them.
public struct SettingsOverrides: Hashable, Sendable {
    /// `--port`
    public var port: UInt16?
    /// `--bind`: `loopback`, `lan`, or an address.
    public var bind: String?
    /// `--auth`: `token` or `none`.
    public var auth: String?
    /// `--token`
    public var token: Secret?
    /// `--verbose`: log at debug.
    public var verbose = false

    public init() {}
}
