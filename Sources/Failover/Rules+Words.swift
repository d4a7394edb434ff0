// SPDX-License-Identifier: Apache-2.0

extension Rules {
    /// Statuses that say little without words.
    static let vague = [400, 402, 403, 404, 409, 412, 422, 424, 429]
    private static let refusals = [400, 403, 404, 413, 422]

    private static let shutForNow = ["blocked", "locked", "disabled", "banned", "deactivated"].flatMap {
        ["temporar * \($0)", "\($0) * temporar", "\($0) * try again", "\($0) * seconds", "\($0) * minute", "\($0) * hour"]
    }
    private static let shutForGood = ["key", "account", "organization", "organisation", "user", "workspace", "team"].flatMap {
        [
            "\($0) is disabled", "\($0) * been disabled", "\($0) * deactivated", "\($0) * been terminated", "\($0) * banned",
            "\($0) * locked", "\($0) * been blocked",
        ]
    }

    /// Words, at those statuses that mean several things.
    static let words: [Rule] = [
        // "… an unsupported model or your request did not allow prompt caching": about what the gateway had added.
        Rule(
            "words.cache", .format,
            words: [
                "prompt caching", "cache control", "cache_control", "cachepoint", "cache point",
            ], at: .noneOr(refusals),
            "github.com/musistudio/claude-code-router#251; github.com/aws/aws-sdk-go-v2#3060"),
        // What another account or nobody keeps can be left out.
        Rule(
            "words.thoughts", .format,
            words: [
                "encrypted content", "items are not persisted",
                "of type 'reasoning' was provided without", "without its required 'reasoning'",
                "generate reasoning summar",
            ], at: .noneOr([400, 404, 422]),
            "github.com/openai/codex#8145; github.com/vercel/ai#7543; github.com/openai/openai-node#1567"),
        Rule(
            "words.gemini", .format,
            words: [
                "thought signature", "penalty is not enabled", "thinking budget", "thinking_budget", "budget 0 is invalid",
                "thinking level", "thinking_level", "thinking is not enabled", "thinking is not supported", "function call turn",
                "function response turn",
                "function response parts", "alternate between user and model", "requests end with a user role",
                "requests ending with a model turn", "stopsequences value",
                "number of stop_sequences", "for string type", "for object type", "schema didn't specify",
            ], at: .noneOr([400]), "github.com/google-gemini/gemini-cli#26486, #13467; vercel/ai#8943; RooCodeInc/Roo-Code#10700"),
        Rule(
            "words.messages", .format,
            words: [
                "text content blocks must", "for empty text blocks", "in thinking block", "in 'thinking' block", "redacted_thinking",
                "thinking.signature", "thinking blocks * cannot be modified", "thinking may not be enabled", "adaptive thinking",
                "thinking.type", "budget_tokens", "thinking.display", "the effort parameter", "when thinking is enabled",
                "cannot both be specified", "is deprecated for this model", "assistant message prefill",
                "must end with a user message", "first message must use the", "trailing whitespace", "without 'tool_result'",
                "unexpected 'tool_use_id'", "corresponding 'tool_use'", "role 'system' is not", "unexpected role",
                "maximum allowed number of output", "'additionalproperties' must be", "for 'object' type",
                "blocks must define tools", "must be defined when using tooluse",
            ], at: .noneOr([400, 422]),
            "https://platform.claude.com/docs/en/api/errors; github.com/aaif-goose/goose#7425; github.com/ding113/claude-code-hub#518"),
        Rule(
            "words.effort", .format,
            words: [
                "low', 'medium'", "supported values are: 'medium'", "supported values are: 'high'", "valid levels",
            ], at: .noneOr([400, 422]),
            "github.com/openai/codex#6647; github.com/router-for-me/CLIProxyAPI#1572; github.com/nguyenphutrong/quotio#287"),
        Rule(
            "words.object", .invalidRequest,
            words: [
                "previous response", "response with id", "item with id", "conversation with id", "no such file object", "no such container",
                "container with id", "vector store", "access the file", "cachedcontent",
            ], at: .only([400, 403, 404]),
            "https://platform.openai.com/docs/guides/conversation-state; https://ai.google.dev/gemini-api/docs/files"),
        Rule(
            "words.tool_server", .invalidRequest, words: ["mcp server", "mcp_servers"], at: .only([400, 422, 424]),
            "https://platform.openai.com/docs/guides/tools-remote-mcp: a server that the request names, with credentials of its own"),
        Rule(
            "oauth.invalid_grant", .authPermanent,
            words: [
                "invalid_grant", "invalid refresh token", "refresh_token_reused", "refresh token * already",
            ], at: .noneOr([400, 401, 403]),
            "RFC 6749 §5.2; openclaw/openclaw#3803"),
        // What ends by itself, or with a payment, is not for ever, whatever word it is called by.
        Rule("words.for_now", .auth, words: Rules.shutForNow, at: .noneOr([401, 403]), "a lock that ends by itself"),
        Rule("words.for_now_429", .rateLimit, words: Rules.shutForNow, at: .only([429]), "a lock that ends by itself"),
        Rule(
            "words.unpaid", .billing,
            words: [
                "unpaid", "past due", "non-payment", "nonpayment", "overdue", "outstanding % balance", "outstanding % invoice",
                "payment failed", "failed payment",
            ], at: .noneOr([401, 403, 429]), reach: .account, "OpenClaw's rows: billing"),
        // For ever: only where the words say that the key, the login or who owns it is meant, and not a model, a feature or one request.
        Rule(
            "words.revoked", .authPermanent,
            words: [
                "revoked", "been invalidated", "key * deleted", "api_key_deleted", "reported as leaked", "access terminated",
                "access * been terminated", "only authorized for use with",
            ] + Rules.shutForGood + OtherWords.revoked, at: .noneOr([400, 401, 403, 429]),
            "OpenClaw's rows: auth; https://www.kimi.com/code/docs/en/kimi-code/error-reference.html"),
        // So plain that no status means something else.
        Rule(
            "words.no_money", .billing,
            words: [
                "insufficient % credit", "insufficient % balance", "insufficient % fund", "balance % insufficient",
                "not enough % credit", "not enough % balance", "not enough % money", "balance % too low", "balance % not enough",
                "balance % exhausted", "balance % depleted", "credits % exhausted", "credits % depleted", "credits * run out",
                "credits * used up", "used * all * credits", "used up * credits", "out of % credits", "no credits",
                "no remaining credits", "have any credits", "can only afford", "budget * exceeded", "exceeded % budget", "over % budget",
                "crossed budget", "payment required", "paymentrequired", "overdue % balance", "account overdue", "in arrears",
            ] + OtherWords.nomoney, at: .noneOr(vague + [401, 500]),
            "OpenClaw's rows: billing; github.com/BerriAI/litellm#14144; github.com/MiniMax-AI/MiniMax-M2#62"),
        // Who has gone too fast is often told what to buy.
        Rule(
            "words.too_fast", .rateLimit,
            words: [
                "too quickly", "reached the rate limit", "request was rate limited", "too many requests", "rate limit reached for",
            ], at: .only([429]),
            "https://api-docs.deepseek.com/quick_start/error_codes; https://docs.together.ai/docs/rate-limits"),
        Rule(
            "words.money", .billing,
            words: [
                "credit balance", "available balance", "paid balance", "more credits", "included credits", "available credits",
                "add % credits", "purchase % credits", "buy % credits", "purchase more", "credits or licenses", "free credits",
                "prepaid", "unpaid", "plans & billing", "billing hard limit", "billing account", "billing * not active",
                "billing is disabled", "billing % enable", "enable billing", "good standing", "payment method", "top up", "top-up",
                "recharge", "used up your points", "extra usage", "spend limit", "budget limit", "key limit exceeded",
                "spending limit * to continue", "past due",
            ] + OtherWords.money, at: .noneOr(vague),
            "OpenClaw's rows: billing; https://openrouter.ai/docs/api/reference/errors-and-debugging"),
        Rule(
            "words.plan", .billing,
            words: [
                "subscription * expired", "subscription * required", "subscription plan", "current subscription", "valid * subscription",
                "need a * subscription", "plan * expired", "not included in", "not yet include access", "plan does not include",
                "plan * not support", "membership", "not on plan", "account * suspended", "suspended * billing", "free trial",
                "trial * expired", "trial * ended", "inference limit", "free usage is exhausted", "usage is unavailable", "paid plan",
                "paid account",
            ] + OtherWords.plan, at: .noneOr(vague),
            "OpenClaw's rows: billing; https://www.kimi.com/code/docs/en/kimi-code/error-reference.html"),
        Rule(
            "words.spending", .quota,
            words: [
                "spending limit", "spending cap", "monthly * limit", "usage limits", "credit limit", "cost limit",
            ], at: .noneOr(vague),
            "OpenClaw's rows: billing and rate limits: a limit that somebody set, and that ends with its period or is raised"),
        Rule(
            "words.per_minute", .rateLimit,
            words: [
                "tokens per min", "requests per min", "per minute", "per second", "(tpm)", "(rpm)", "rpm limit", "max rpm", "max tpm",
                "tpm limit", "tpm rate limit", "rpm rate limit", "token rate limit", "call rate limit",
            ], at: .noneOr(vague + [413]),
            "https://console.groq.com/docs/errors: 413 where one request is more than a minute's tokens"),
        // The spelling of ids that another provider made, and a role that not every server knows: both can be changed.
        Rule(
            "words.tool_call_id", .format, words: ["tool call id was", "].id': string too long", "tool_call_id * length"],
            at: .noneOr([400, 422, 500]), "github.com/anomalyco/opencode#1680, #12653; openclaw/openclaw#875, #24900"),
        Rule(
            "words.role", .format,
            words: [
                "unknown variant 'developer'", "developer is not one of", "received 'developer'", "value: 'developer'", "role 'developer'",
                "role: developer",
            ], at: .noneOr([400, 422]),
            "github.com/BenedictKing/ccx#149; github.com/proma-ai/Proma#1496; github.com/egoist/chatwise-releases#971"),
        Rule(
            "words.form", .format,
            words: [
                "assistant message prefill", "prefill is incompatible", "prefilling assistant", "must end with a user message",
                "assistant with prefix true",
                "unexpected role '", "system message must be at the beginning", "sequence, expected a string", "content must be a string",
                "expected a string, but got an array", "expected string, received array", "invalid schema for function",
                "invalid schema for response_format", "alternate between user and assistant", "must contain the word 'json'",
            ], at: .noneOr([400, 422]),
            "github.com/NousResearch/hermes-agent#50055, #20154; github.com/moeru-ai/airi#1222; github.com/anomalyco/opencode#13737"),
        Rule(
            "words.default_only", .format, words: ["only the default * value is supported"], at: .noneOr([400, 422]),
            "github.com/OpenHands/OpenHands#4131; github.com/QwenLM/qwen-code#921"),
        Rule(
            "words.value", .invalidRequest,
            words: [
                "string too long", "case sensitive", "case-sensitive", "name * too long", "description * too long", "value * too long",
                "sequences * too long",
            ], at: .only([400, 422]),
            "https://platform.openai.com/docs/guides/error-codes: one value is at fault, whose own words mean something else elsewhere"),
        Rule(
            "words.context", .contextOverflow,
            words: [
                "context length", "context window", "context size", "context limit", "context is too", "maximum context", "max context",
                "maximum model length", "n_ctx", "max_seq_len", "prompt * too long", "prompt * too large", "prompt * exceed",
                "prompt has * tokens", "prompt_tokens * must be", "is too long", "tokens too long", "input length", "input token",
                "inputs' tokens +", "inputs' must have less", "too many input tokens", "maximum number of input tokens",
                "exceeds the maximum * tokens", "input * exceed", "request * exceed", "messages * exceed", "message size",
                "token limit exceed", "exceed * token limit", "reduce the length", "shorten", "longer than the model",
                "tokens to keep from", "range of input length", "request % too large", "entity too large", "payload too large",
                "content too large", "tokens >", "at least 1, got -",
            ] + OtherWords.context, at: .noneOr([400, 413, 422]),
            "OpenClaw's rows: context overflows; https://platform.claude.com/docs/en/api/errors; github.com/vllm-project/vllm#4667: what is left for the reply is less than nothing"
        ),
        Rule(
            "words.context_500", .contextOverflow,
            words: [
                "context size", "context length", "context window", "n_ctx",
            ], at: .only([500]),
            "github.com/ggml-org/llama.cpp#19774"),
        Rule(
            "words.policy", .contentPolicy,
            words: [
                "flagged", "content polic", "content management policy", "content filter", "content moderation", "content security",
                "safety system", "safety polic", "safety filter", "safety reason", "safety check", "usage polic", "acceptable use",
                "stop_reason: refusal", "blockreason", "prohibited content", "finishreason: safety", "inappropriate", "sensitive",
                "high risk", "cybersecurity risk", "harmful", "unsafe", "moderation", "violat * polic", "responsible ai",
            ] + OtherWords.policy, at: .noneOr([400, 403, 422, 451]),
            "https://ai.google.dev/gemini-api/docs/troubleshooting; https://learn.microsoft.com/azure/foundry/openai/how-to/troubleshoot-errors"
        ),
        Rule(
            "words.blocked", .unknown,
            words: ["request % been blocked", "request was blocked", "request blocked", "blocked by % security", "blocked by % firewall"],
            at: .only([403]),
            "https://developers.cloudflare.com/waf/: a filter in between has met something in the request, and says nothing of the key"),
        Rule(
            "words.unsupported", .format,
            words: [
                "not support tool", "not support function", "not support image", "support image input", "support tool use",
                "image input is not", "unsupported parameter", "unknown parameter", "unrecognized request argument", "unrecognized key",
                "unrecognized field", "unknown field", "unknown name", "unexpected keyword", "extra inputs are not permitted",
                "extraneous key", "is not supported with this model", "is deprecated for this model", "not supported for this model",
                "property * is unsupported", "cannot be disabled", "must be set to", "is restricted to", "thinking blocks",
                "thinking is enabled", "thinking mode", "reasoning_content", "thought_signature", "signature in thinking", "tool_use_id",
                "tool_call_id", "no tool call found", "tool_use.id", "tool_use.input", "roles must alternate",
                "roles should be alternating", "malformed_function_call", "response_format",
            ], at: .noneOr([400, 404, 422]),
            "OpenClaw's rows: formats; openclaw/openclaw#21717, #24900, #94330, #100385"),
        Rule(
            "words.output", .invalidRequest,
            words: [
                "completion tokens", "output tokens", "max_tokens' * too large", "max_completion_tokens' * too large",
                "max_new_tokens' must be",
            ], at: .noneOr([400, 422]),
            "https://platform.openai.com/docs/guides/error-codes: more was asked for than a reply may have, whatever the prompt"),
        Rule(
            "words.model", .modelNotFound,
            words: [
                "model * not found", "model * not exist", "model * doesn't exist", "model * is not supported", "model * isn't supported",
                "model * not available", "model * unavailable", "model * deprecated", "model * disabled",
                "model * deactivated", "deployment * deactivated", "model * not enabled", "model * not allowed",
                "model * not valid", "model * not recognized", "model * does not work", "model name", "model id * invalid",
                "model identifier", "model is empty", "model access denied", "unknown model", "no such model", "unsupported model",
                "invalid model", "unrecognized model", "valid model", "not found the model", "decommissioned", "was retired",
                "been retired", "activate the model", "access to the model", "access to model", "access to it", "access to this model",
                "not supported by any provider", "on-demand throughput", "verified to", "no models loaded", "no model loaded",
                "use case details", "not supported when using", "no endpoints", "endpoint * closed", "endpoint * not found",
                "endpoint does not exist", "deployment * not exist", "is not found for api version", "publisher model",
                "no allowed providers", "no available channel", "try pulling it",
            ] + OtherWords.model, at: .noneOr([400, 403, 404, 422]),
            "OpenClaw's rows: models not found; https://docs.fireworks.ai/guides/inference-error-codes"),
        Rule(
            "words.no_channel", .modelNotFound,
            words: [
                "no available channel", "for model * no available", "无可用渠道",
            ], at: .noneOr([503]),
            "github.com/songquanpeng/one-api#2340: no way leads to the model, and none will soon"),
        Rule(
            "words.gone", .modelNotFound,
            words: [
                "http 410"
            ], at: .noneOr([]),
            "RFC 9110 §15.5.11"),
        Rule(
            "oauth.refresh", .auth,
            words: [
                "token refresh failed", "refresh oauth token", "refresh * token",
            ], at: .noneOr([400, 401, 403]),
            "OpenClaw's rows: auth"),
        Rule(
            "words.key", .auth,
            words: [
                "invalid % key", "invalid * api key", "invalid api_key", "api key * invalid", "api key * not valid", "api key * expired",
                "api key * missing", "api key * required", "api key not found", "incorrect % key", "wrong api key", "no api key",
                "missing % api key", "no auth credentials", "invalid credentials", "correct credentials", "missing credentials",
                "not have permission", "insufficient permission", "missing scopes", "not logged in", "not signed in", "please log in",
                "log in again",
                "run /login", "sign in again", "signing in again", "token has expired", "token is expired", "token expired",
                "expired token", "token * is expired", "from token", "re-authenticate", "invalid client secret", "invalid bearer",
                "request signature", "expired timestamp", "location is not supported", "country, region", "region * not supported",
                "not available in your * region", "this api * are blocked", "member of an organization",
            ] + OtherWords.key, at: .noneOr([400, 403, 404, 422]),
            "OpenClaw's rows: auth; https://ai.google.dev/gemini-api/docs/troubleshooting"),
        Rule(
            "words.no_auth", .auth,
            words: [
                "auth_unavailable", "no auth available",
            ], at: .noneOr([500, 503]),
            "what CLIProxyAPI says"),
        Rule(
            "words.exhausted", .rateLimit,
            words: [
                "resource has been exhausted", "resource exhausted", "resourceexhausted",
            ], at: .noneOr([400, 403, 429]),
            "https://ai.google.dev/gemini-api/docs/troubleshooting: whatever it was, per minute more often than not"),
        Rule(
            "words.quota", .quota,
            words: [
                "exceeded your current quota", "quota exceeded", "exceeded * quota", "quota limit", "quota * exhausted", "quota will be",
                "out of * quota", "usage limit", "session limit", "daily request limit", "daily limit", "weekly limit", "day limit",
                "limit exhausted", "per day", "(tpd)", "(rpd)", "tpd rate limit", "limit will reset", "limit * resets",
                "free-models-per-day", "account quotas", "insufficient_quota", "insufficient quota", "quota is not enough", "daily free",
            ] + OtherWords.quota, at: .noneOr(vague),
            "OpenClaw's rows: rate limits; openclaw/openclaw#24102"),
        Rule(
            "words.load", .overloaded,
            words: [
                "overload", "experiencing high", "high traffic", "high load", "high demand", "heavy load", "heavy traffic", "capacity",
                "server busy", "is busy", "model busy", "too busy", "currently loading", "loading model", "model is loading", "degraded",
                "service unavailable", "service * unavailable", "temporarily unavailable", "pending requests exceeded", "all workers",
                "no available worker", "no available instance",
            ] + OtherWords.load, at: .noneOr([400, 409, 429, 500]),
            "OpenClaw's rows: overloads"),
        Rule(
            "words.rate", .rateLimit,
            words: [
                "rate limit", "rate-limit", "ratelimit", "rate exceeded", "too many requests", "too many concurrent", "throttl",
                "concurrency", "concurrent request", "cooling down", "request limit", "requests limit", "try again in", "token limit$",
            ] + OtherWords.rate, at: .noneOr([400, 402, 403, 409]),
            "OpenClaw's rows: rate limits"),
        Rule(
            "words.about_key", .auth,
            words: [
                "api key", "api-key", "apikey", "access token", "permission", "access denied", "forbidden",
            ], at: .only([400]),
            "https://cloud.google.com/apis/design/errors"),
        Rule(
            "words.about_key", .auth,
            words: [
                "credential", "oauth", "authenticat", "not authenticat", "unauthenticat", "authorization", "authorized", "unauthoriz",
                "client secret",
            ], at: .noneOr([400]),
            "what an error speaks of that says nothing plainer: OpenClaw's rows: auth"),
        Rule(
            "words.retry_402", .quota,
            words: [
                "try again later", "temporar", "will reset", "refresh", "rolling", "limit reached", "reached * limit", "quota",
            ], at: .only([402]),
            "openclaw/openclaw#30484: 402 for a window's limit"),
        Rule(
            "words.connect", .network,
            words: [
                "upstream connect error", "disconnect/reset before headers",
            ], at: .noneOr([500, 502, 503]),
            "https://www.envoyproxy.io"),
        Rule(
            "words.timeout", .timeout,
            words: [
                "request timed out", "connection timed out", "timed out$", "timed out after", "deadline exceeded",
                "operation was aborted$", "request timeout", "gateway timeout", "connect timeout", "read timeout", "response timeout",
                "etimedout", "esockettimedout", "timeout exceeded", "timeout of", "operation timed out", "took too long",
            ] + OtherWords.timeout, at: .noneOr([400, 500]),
            "OpenClaw's rows: timeouts"),
        Rule(
            "words.network", .network,
            words: [
                "^connection error", "network error", "connection refused", "connection reset", "socket hang up", "no such host",
                "getaddrinfo", "^fetch failed", "other side closed", "stream ended before", "stream ended without", "stream was aborted",
                "stop reason: abort", "certificate's altnames", "self-signed certificate", "certificate has expired",
                "could not resolve", "name or service not known", "name resolution", "broken pipe", "network is unreachable",
                "no route to host", "tls handshake", "unexpected eof", "econnrefused", "econnreset", "enotfound", "epipe",
            ] + OtherWords.network, at: .noneOr([]),
            "OpenClaw's rows: timeouts; openclaw/openclaw#18453, #18618"),
        Rule(
            "words.broken", .serverError,
            words: [
                "internal error", "internal server error", "server error", "system error", "server had an error",
                "error occurred while processing", "error while processing", "^provider returned error$", "unexpected error",
                "internal failure", "^bad gateway", "unknown error, 5", "finish_reason: error", "failed to load model",
                "more system memory", "out of memory", "something went wrong",
            ] + OtherWords.broken, at: .noneOr([400, 424]),
            "OpenClaw's rows: server errors"),
        Rule(
            "words.request", .invalidRequest,
            words: [
                "invalid param", "invalid request", "invalid argument", "bad request", "validation error",
            ], at: .noneOr([]),
            "https://platform.minimax.io/docs/api-reference/errorcode"),
    ]
}
