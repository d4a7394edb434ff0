// SPDX-License-Identifier: Apache-2.0

/// What secrets are called and how they begin.
enum SecretNames {
    /// How far a name speaks for its value being a secret.
    enum Strength {
        /// Always: `api_key`.
        case certain
        /// If the value looks like one, or in a URL's query: `key`.
        case likely
        /// In a URL's query only: `code`.
        case parameter
    }

    /// - Parameter name: In lower case, without `_` and `-`.
    static func strength(of name: String) -> Strength? {
        if certain.contains(name) || certainEndings.contains(where: { name.hasSuffix($0) }) { return .certain }
        if likely.contains(name) { return .likely }
        return parameters.contains(name) ? .parameter : nil
    }

    private static let certain: Set<String> = [
        "authorization", "proxyauthorization", "cookie", "setcookie", "authtoken", "idtoken", "sessiontoken", "bearertoken", "apitoken",
        "oauthtoken", "apisecret", "passwd", "privatekey", "accesskey",
    ]
    /// Also at the end of a longer name, such as that of an environment variable.
    private static let certainEndings = [
        "apikey", "apikeys", "accesstoken", "refreshtoken", "clientsecret", "password", "secretkey", "secretaccesskey",
    ]
    private static let likely: Set<String> = ["key", "token", "secret", "signature", "sig", "pwd", "credential", "credentials"]
    private static let parameters: Set<String> = ["code", "state", "assertion", "codeverifier"]

    /// How keys begin, and the least number of bytes that follow.
    static let prefixes: [(String, Int)] = [
        ("sk-", 8),  // OpenAI, Anthropic, OpenRouter, DeepSeek and many others
        ("sk_", 16), ("rk_", 16), ("pk_", 16),
        ("sess-", 20),  // OpenAI sessions
        ("AIza", 30), ("AQ.", 20), ("ya29.", 20), ("1//", 20), ("GOCSPX-", 20),  // Google: keys, tokens, refresh tokens, clients
        ("gsk_", 20),  // Groq
        ("xai-", 40),  // xAI; its models may be written with the same prefix
        ("csk-", 20),  // Cerebras
        ("pplx-", 20),  // Perplexity
        ("nvapi-", 20),  // NVIDIA
        ("hf_", 20),  // Hugging Face
        ("r8_", 20),  // Replicate
        ("fw_", 16),  // Fireworks
        ("tgp_v1_", 20),  // Together
        ("AKIA", 16), ("ASIA", 16), ("ABSK", 40),  // AWS
        ("ghp_", 20), ("gho_", 20), ("ghu_", 20), ("ghs_", 20), ("ghr_", 20), ("github_pat_", 20),  // GitHub
        ("glpat-", 16),  // GitLab
        ("xoxb-", 10), ("xoxp-", 10), ("xapp-", 10),  // Slack
        ("eyJ", 20),  // JSON Web Tokens
    ]

    /// How ids begin that stay, before `_` or `-`.
    static let idPrefixes: Set<String> = [
        "req", "request", "chatcmpl", "cmpl", "resp", "msg", "call", "toolu", "srvtoolu", "fc", "rs", "ws", "run", "asst", "thread", "file",
        "org", "proj", "gen", "batch", "evt", "event", "fp", "modelr", "trace", "step", "ftjob", "vs", "container",
    ]

    /// Words in front of ids that stay.
    static let idLabels: Set<String> = [
        "id", "ids", "requestid", "traceid", "spanid", "rayid", "correlationid", "responseid", "generationid", "request", "trace",
        "traceparent", "ray", "etag", "digest", "sha256", "sha1", "md5", "commit", "fingerprint",
    ]
}
