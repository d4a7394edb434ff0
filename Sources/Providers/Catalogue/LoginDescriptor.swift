// SPDX-License-Identifier: Apache-2.0
import Failover
import HTTP

/// How people sign in at a provider with OAuth 2.0 (RFC 6749, RFC 7636, RFC 8628), and how what they get is renewed: data alone, from
/// logins.json or from `models.providers.<id>.login`.
public struct LoginDescriptor: Hashable, Sendable {
    public var provider: ProviderID
    /// For people, such as `ChatGPT`.
    public var name: String
    public var clientID: String?
    /// Of an installed application, where a provider wants one; then it is no secret (RFC 8252 §8.5), and still never shown.
    public var clientSecret: Secret?
    /// Where a browser goes; `nil`: there is no browser login.
    public var authorizeURL: String?
    /// Where codes and refresh tokens become tokens.
    public var tokenURL: String?
    public var scopes: [String] = []
    /// Where the browser comes back to: `localhost` or an address of the loopback.
    public var redirectHost = "127.0.0.1"
    /// 0: any free one, which providers allow whose applications are registered as installed ones.
    public var redirectPort: UInt16 = 0
    public var redirectPath = "/callback"
    /// Further members of the authorize URL's query, in order.
    public var authorizeParameters: [Parameter] = []
    public var device: Device?
    /// The claim of the access token, member by member, that names the account.
    public var accountClaim: [String] = []
    /// The claim of the identity or access token that holds an e-mail address, besides the plain `email`.
    public var emailClaim: [String] = []
    /// Answers with the e-mail address where no token has it.
    public var userInfoURL: String?
    /// Google's Code Assist, which says which project an account has.
    public var projectURL: String?
    /// The model that `--set-default` takes where the configuration names none of the provider's.
    public var model: String?
    /// The whole access token is kept as a `token` that is never renewed.
    public var keepsToken = false
    /// The id of its profile where no e-mail address is known, such as `github-copilot:github`; `nil`: `<provider>:default`.
    public var profile: String?
    /// Below the home folder: where another program keeps its login of the same kind.
    public var importFile: String?
    /// That program, for people.
    public var importName: String?
    public var source: String

    public init(provider: ProviderID, source: String) {
        self.provider = provider
        self.source = source
        name = provider.rawValue
    }

    public struct Parameter: Hashable, Sendable {
        public var name: String
        public var value: String

        public init(_ name: String, _ value: String) {
            self.name = name
            self.value = value
        }
    }

    /// A login with a code that is typed in a browser anywhere.
    public struct Device: Hashable, Sendable {
        public enum Style: String, Hashable, Sendable {
            /// RFC 8628.
            case standard
            /// JSON instead of forms; what is polled for is an authorization code.
            case openai
            /// The user code is what is polled with; times are in milliseconds.
            case minimax
        }

        public var style = Style.standard
        public var url: String
        /// The request for a code carries a PKCE challenge.
        public var usesPKCE = false
        /// Where people type the code, if the reply does not say.
        public var verificationURL: String?
        /// `redirect_uri` of the code that the `openai` style ends with.
        public var redirect: String?

        public init(url: String) { self.url = url }

        /// Where the `openai` style asks whether the code was typed: beside `url`.
        public var pollURL: String {
            guard let slash = url.lastIndex(of: "/") else { return url }
            return url[...slash] + "token"
        }
    }

    /// The same for a login that another application made. The secret belongs to the application and goes with it.
    public func asking(as client: String?) -> LoginDescriptor {
        guard let client, client != clientID else { return self }
        var descriptor = self
        descriptor.clientID = client
        descriptor.clientSecret = nil
        return descriptor
    }

    /// Whether what it yields can be renewed without a person.
    public var canRefresh: Bool { tokenURL != nil && clientID != nil && !keepsToken }
    /// Whether a browser on this machine can come back.
    public var hasBrowser: Bool { authorizeURL != nil && tokenURL != nil && clientID != nil }
    public var hasDevice: Bool { device != nil && tokenURL != nil && clientID != nil }
}
