// SPDX-License-Identifier: Apache-2.0

/// What errors mean: a table, a line or two each, and the first line that matches counts.
///
/// The order is the policy's: what one provider means by its codes, then by its words (`Rules+Providers.swift`); codes that mean
/// one thing wherever they occur; words, at those statuses that mean several things; codes that mean several things; and
/// statuses. So structure wins over status and status over words, wherever it is clear by itself.
///
/// A rule says what a wording means and never quotes a whole message: errors to come are in no file.
public enum Rules {
    static let all: [Rule] = providers + names + words + weakNames + statuses
    /// Made ready, once.
    static let table = RuleTable(all)

    /// Statuses that say little without words.
    private static let vague = [400, 402, 403, 404, 409, 412, 422, 424, 429]
    private static let refusals = [400, 403, 404, 413, 422]

    // MARK: Codes, types and detail reasons that mean one thing

    private static let names: [Rule] = [
        Rule("oauth.invalid_grant", .authPermanent, names: ["invalidgrant"], "RFC 6749 §5.2"),
        Rule(
            "oauth.reused", .authPermanent, names: ["refreshtokenreused", "refreshtokeninvalidated", "refreshtokenexpired"],
            "OpenClaw's rows: auth"),
        Rule(
            "code.revoked", .authPermanent,
            names: ["revoked", "deactivated", "keydeleted", "tokeninvalidated", "accountdisabled", "accountsuspended", "keydisabled"],
            "OpenClaw's rows: auth"),
        Rule(
            "code.money", .billing,
            names: [
                "insufficientbalance", "insufficientcredit", "insufficientfund", "balancenotenough", "creditbalance", "spendlimit",
                "spendinglimit",
                "paymentrequired", "overdue", "arrear", "notenoughbalance", "notenoughcredit", "insufficientuserquota",
                "exceededcurrentquota", "billing", "budgetexceeded",
            ], "OpenClaw's rows: billing; https://help.openai.com/en/articles/6614457"),
        Rule(
            "code.subscription", .billing, names: ["invalidsubscription", "subscriptionexpired", "notonplan"], "OpenClaw's rows: billing"),
        Rule(
            "code.context", .contextOverflow,
            names: [
                "contextlength", "contextsize", "contextwindow", "tokenstoolong", "prompttoolong", "inputtoolong", "stringabovemaxlength",
            ],
            "https://platform.openai.com/docs/guides/error-codes; OpenClaw's rows: context overflows"),
        Rule(
            "code.policy", .contentPolicy,
            names: [
                "contentfilter", "contentpolicy", "datainspection", "riskdetection", "sensitivecontent", "prohibitedcontent", "safetycheck",
                "moderation",
            ],
            "https://help.aliyun.com/en/model-studio/error-code; https://www.volcengine.com/docs/82379/1299023"),
        Rule(
            "code.model", .modelNotFound,
            names: [
                "modelnot", "unknownmodel", "invalidmodel", "modeldecommissioned", "modeldeprecated", "modelaccessdenied", "modelclosed",
                "invalidendpoint", "nosuchmodel",
            ], "https://console.groq.com/docs/errors; https://help.aliyun.com/en/model-studio/error-code"),
        Rule(
            "code.key", .auth,
            names: [
                "invalidapikey", "incorrectapikey", "apikeyinvalid", "expiredtoken", "requestexpired", "signature", "unrecognizedclient",
                "missingapikey",
            ],
            "https://platform.kimi.com/docs/api/errors; https://docs.together.ai/docs/error-codes"),
        Rule(
            "code.usage", .quota,
            names: ["usagelimitreached", "usagelimitexceeded", "usagenotincluded", "quotaexceeded", "freeusagelimit"],
            "OpenClaw's rows: rate limits of openai-codex"),
        Rule(
            "code.quota", .quota, names: ["insufficientquota", "allocationquota", "quotaexhausted"],
            "https://platform.openai.com/docs/guides/error-codes"),
        Rule(
            "code.overload", .overloaded,
            names: [
                "overload", "queueexceeded", "capacityexceeded", "capacityexhausted", "slowdown", "serverbusy", "modelunavailable",
                "servernotready",
            ],
            "https://console.groq.com/docs/errors; https://help.aliyun.com/en/model-studio/error-code"),
        Rule(
            "code.timeout", .timeout, names: ["timedout", "requesttimeout", "modeltimeout", "deadlineexceeded", "connecttimeout"],
            "OpenClaw's rows: timeouts; https://docs.aws.amazon.com/bedrock/latest/userguide/troubleshooting-api-error-codes.html"),
        Rule(
            "code.network", .network,
            names: [
                "econnrefused", "econnreset", "econnaborted", "ehostdown", "ehostunreach", "enetreset", "enetunreach", "enetdown",
                "enotfound", "eaiagain",
                "epipe", "undersocket", "underrsocket", "errtls", "certhasexpired", "selfsigned", "unabletoverify",
            ], "OpenClaw's rows: timeouts; https://nodejs.org/api/errors.html#common-system-errors"),
        Rule("code.rate_exceeded", .rateLimit, names: ["ratelimitexceeded"], "https://platform.openai.com/docs/guides/rate-limits"),
        Rule("code.region", .auth, names: ["unsupportedcountry"], "https://platform.openai.com/docs/supported-countries"),
        Rule(
            "code.unsupported", .format, names: ["unsupportedparameter", "unknownparameter"], "github.com/owndev/Open-WebUI-Functions#136"),
        Rule("code.aborted", .unknown, names: ["aborterr"], at: .noneOr([]), "https://nodejs.org/api/errors.html#abort_err"),
    ]

    // MARK: Words, at statuses that mean several things

    private static let words: [Rule] = [
        // "… an unsupported model or your request did not allow prompt caching": about what the gateway had added.
        Rule(
            "words.cache", .format, words: ["prompt caching", "cache control", "cache_control"], at: .noneOr(refusals),
            "github.com/musistudio/claude-code-router#251"),
        Rule(
            "oauth.invalid_grant", .authPermanent,
            words: ["invalid_grant", "invalid refresh token", "refresh_token_reused", "refresh token * already"],
            at: .noneOr([400, 401, 403]), "RFC 6749 §5.2; openclaw/openclaw#3803"),
        Rule(
            "words.revoked", .authPermanent,
            words: [
                "has been revoked", "api_key_revoked", "has been deactivated", "api key deactivated", "key is disabled",
                "has been disabled",
                "has been invalidated", "key * deleted", "api_key_deleted", "reported as leaked", "has been terminated",
                "access terminated",
                "account * deactivated", "account * banned", "account * locked", "only authorized for use with", "账户已被锁定", "账号已被", "密钥已失效",
            ], at: .noneOr([400, 401, 403, 429]), "OpenClaw's rows: auth; https://www.kimi.com/code/docs/en/kimi-code/error-reference.html"),
        Rule(
            "words.money", .billing,
            words: [
                "insufficient credit", "insufficient balance", "insufficient account balance",
                "insufficient fund", "credit balance", "no available balance", "balance is insufficient", "balance is too low",
                "balance too low", "not enough balance", "not enough credits", "have any credits", "more credits", "add credits",
                "purchase credits", "buy credits",
                "purchase more", "included credits", "available credits", "run out of credits", "out of credits", "credits * exhausted",
                "credits * depleted", "payment required", "paymentrequired", "plans & billing", "billing hard limit", "overdue balance",
                "account overdue", "in arrears", "good standing", "please recharge", "top up", "used up your points", "extra usage",
                "spend limit", "budget limit", "key limit exceeded", "spending limit * to continue", "billing * not active",
                "余额不足", "额度不足", "额度已用", "欠费", "充值",
            ], at: .noneOr(vague), "OpenClaw's rows: billing; https://openrouter.ai/docs/api/reference/errors-and-debugging"),
        Rule(
            "words.plan", .billing,
            words: [
                "subscription * expired", "subscription has expired", "not have a valid * subscription", "need a * subscription",
                "not included in * plan", "not included in * subscription", "does not yet include access", "plan does not include",
                "membership * active", "membership benefits", "not on plan", "plan * expired", "account * suspended", "suspended * billing",
                "free trial quota", "inference limit", "free usage is exhausted", "usage is unavailable", "套餐已到期", "套餐暂未", "未开放",
            ], at: .noneOr(vague), "OpenClaw's rows: billing; https://www.kimi.com/code/docs/en/kimi-code/error-reference.html"),
        Rule(
            "words.spending", .quota,
            words: ["spending limit", "monthly * limit", "usage limits", "budget * exceeded", "exceeded * budget", "credit limit"],
            at: .noneOr(vague),
            "OpenClaw's rows: billing and rate limits: a limit that somebody set, and that ends with its period or is raised"),
        Rule(
            "words.tokens_per_minute", .rateLimit,
            words: [
                "tokens per minute", "tokens per min", "(tpm)", "per minute", "requests per min", "(rpm)", "rpm limit", "tpm rate limit",
                "per second",
            ],
            at: .noneOr(vague + [413]), "https://console.groq.com/docs/errors: 413 where one request is more than a minute's tokens"),
        Rule(
            "words.context", .contextOverflow,
            words: [
                "context length", "context window", "context size", "context limit", "model_context_window", "prompt is too long",
                "prompt too long",
                "prompt tokens too long", "prompt exceeds", "prompt has * tokens", "prompt * too large", "input is too long",
                "input too long",
                "input length", "input token count", "too many input tokens", "maximum number of input tokens",
                "exceeds the maximum * tokens",
                "exceeded model token limit", "token limit exceeded", "reduce the length of", "longer than the model",
                "tokens to keep from",
                "total message size", "range of input length", "request exceeds the maximum", "request entity too large",
                "payload too large", "上下文过长", "超长", "长度超过", "tokens >",
            ], at: .noneOr([400, 413, 422]), "OpenClaw's rows: context overflows; https://platform.claude.com/docs/en/api/errors"),
        Rule(
            "words.policy", .contentPolicy,
            words: [
                "flagged for", "been flagged", "content policy", "content management policy", "content_filter", "content filter",
                "safety policy",
                "safety polic", "usage polic", "stop_reason: refusal", "blockreason", "prohibited_content", "finishreason: safety",
                "inappropriate content",
                "sensitive content", "new_sensitive", "considered high risk", "harmful content", "moderation", "敏感", "不安全", "违规",
            ], at: .noneOr([400, 403, 422, 451]),
            "https://ai.google.dev/gemini-api/docs/troubleshooting; https://learn.microsoft.com/azure/foundry/openai/how-to/troubleshoot-errors"
        ),
        Rule(
            "words.unsupported", .format,
            words: [
                "does not support tools", "does not support function", "does not support image", "support image input",
                "support tool use", "unsupported parameter", "unknown parameter", "unrecognized request argument",
                "extra inputs are not permitted",
                "is not supported with this model", "is deprecated for this model", "not supported for this model", "cannot be disabled",
                "thinking blocks", "thinking is enabled", "reasoning_content", "thought_signature", "signature in thinking", "tool_use_id",
                "tool_call_id", "no tool call found", "tool_use.id", "tool_use.input", "roles must alternate", "malformed_function_call",
                "response_format",
            ], at: .noneOr([400, 404, 422]), "OpenClaw's rows: formats; openclaw/openclaw#21717, #24900, #94330, #100385"),
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
            "words.default_only", .format, words: ["only the default * value is supported"], at: .noneOr([400, 422]),
            "github.com/OpenHands/OpenHands#4131; github.com/QwenLM/qwen-code#921"),
        Rule(
            "words.model", .modelNotFound,
            words: [
                "model * not found", "model * does not exist", "model * not exist", "model not found", "not found the model",
                "unknown model",
                "no such model", "unsupported model", "not a valid model", "invalid model", "model name", "model * is not supported",
                "model is not supported",
                "model * not available", "model is not available", "model * has been deprecated", "model * deprecated", "decommissioned",
                "was retired", "been retired",
                "not activated the model", "activate the model", "model access denied", "access to the model", "access to model",
                "access to it.",
                "not supported by any provider", "on-demand throughput", "verified to stream", "verified to use", "model is empty",
                "no models loaded",
                "use case details", "not supported when using", "no endpoints found", "no endpoints available", "endpoint * closed",
                "is not found for api version", "no allowed providers", "模型不存在", "模型未", "无权访问模型",
            ], at: .noneOr([400, 403, 404, 422]),
            "OpenClaw's rows: models not found; https://docs.fireworks.ai/guides/inference-error-codes"),
        Rule("words.gone", .modelNotFound, words: ["http 410"], at: .noneOr([]), "RFC 9110 §15.5.11"),
        Rule(
            "oauth.refresh", .auth, words: ["token refresh failed", "refresh oauth token", "refresh * token"],
            at: .noneOr([400, 401, 403]), "OpenClaw's rows: auth"),
        Rule(
            "words.key", .auth,
            words: [
                "invalid api key", "invalid api_key", "api key not valid", "api key * invalid", "api key expired", "incorrect api key",
                "no api key", "missing api key",
                "api key is missing", "invalid x-api-key", "invalid authentication", "authentication fail", "authentication credentials",
                "no auth credentials",
                "not authorized", "not logged in", "please log in", "log in again", "run /login", "sign in again",
                "oauth token has expired",
                "token has expired", "token is expired", "token expired", "expired token", "accountid from token", "re-authenticate",
                "invalid client secret",
                "endpoint or credentials", "invalid bearer", "location is not supported", "country, region",
                "not available in your * region",
                "this api * are blocked", "member of an organization", "鉴权失败", "身份验证", "令牌", "无权访问",
            ], at: .noneOr([400, 403, 404, 422]), "OpenClaw's rows: auth; https://ai.google.dev/gemini-api/docs/troubleshooting"),
        Rule(
            "words.no_auth", .auth, words: ["auth_unavailable", "no auth available"], at: .noneOr([500, 503]),
            "what CLIProxyAPI says"),
        Rule(
            "words.quota", .quota,
            words: [
                "exceeded your current quota", "quota exceeded", "exceeded * quota", "quota limit", "quota * exhausted", "quota will be",
                "usage limit", "session limit", "daily request limit", "daily limit", "weekly limit", "limit exhausted", "per day", "(tpd)",
                "(rpd)", "tpd rate limit",
                "tokens per day", "requests per day", "limit will reset", "limit * resets", "free-models-per-day", "account quotas",
                "insufficient_quota",
                "insufficient quota", "使用上限", "次数限额", "配额",
            ], at: .noneOr(vague), "OpenClaw's rows: rate limits; openclaw/openclaw#24102"),
        Rule(
            "words.load", .overloaded,
            words: [
                "overloaded", "overload", "high traffic", "high load", "high demand", "heavy load", "tier capacity", "no capacity",
                "at capacity",
                "capacity limits", "due to capacity", "server busy", "server is busy", "api is busy", "is currently loading",
                "loading model", "slow down",
                "degraded function", "^service unavailable", "service * unavailable", "temporarily unavailable",
                "pending requests exceeded", "过载", "负载", "访问量过大", "繁忙",
            ], at: .noneOr([400, 409, 429, 500]), "OpenClaw's rows: overloads"),
        Rule(
            "words.rate", .rateLimit,
            words: [
                "rate limit", "ratelimit", "rate_limit", "too many requests", "too many concurrent", "throttl", "concurrency limit",
                "max concurrency",
                "resource_exhausted", "resource has been exhausted", "resourceexhausted", "cooling down", "request limit", "requests limit",
                "try again in",
                "频率", "过于频繁", "速率", "并发",
            ], at: .noneOr([400, 402, 403, 409]), "OpenClaw's rows: rate limits"),
        Rule(
            "words.retry_402", .quota,
            words: ["try again later", "temporar", "will reset", "refresh", "rolling", "limit reached", "quota"],
            at: .only([402]), "openclaw/openclaw#30484: 402 for a window's limit"),
        Rule(
            "words.connect", .network, words: ["upstream connect error", "disconnect/reset before headers"], at: .noneOr([500, 502, 503]),
            "https://www.envoyproxy.io"),
        Rule(
            "words.timeout", .timeout,
            words: [
                "request timed out", "connection timed out", "timed out$", "timed out after", "deadline exceeded", "operation was aborted$",
                "request timeout",
                "gateway timeout", "connect timeout", "read timeout", "etimedout", "esockettimedout", "timeout exceeded", "timeout of",
                "operation timed out", "请求超时", "超时",
            ], at: .noneOr([400, 500]), "OpenClaw's rows: timeouts"),
        Rule(
            "words.network", .network,
            words: [
                "^connection error", "network error", "connection refused", "connection reset", "socket hang up", "no such host",
                "getaddrinfo", "^fetch failed",
                "other side closed", "stream ended before", "stream ended without", "stream was aborted", "stop reason: abort",
                "certificate's altnames",
                "self-signed certificate", "certificate has expired", "could not resolve", "name or service not known", "name resolution",
                "broken pipe", "network is unreachable", "no route to host", "tls handshake", "unexpected eof", "econnrefused",
                "econnreset", "enotfound", "epipe", "网络异常", "网络错误",
            ], at: .noneOr([]), "OpenClaw's rows: timeouts; openclaw/openclaw#18453, #18618"),
        Rule(
            "words.broken", .serverError,
            words: [
                "internal error", "internal server error", "^server error", "server had an error", "error occurred while processing",
                "provider returned error",
                "^unexpected error", "^bad gateway", "unknown error, 5", "finish_reason: error", "failed to load model",
                "more system memory", "服务器错误", "内部错误", "系统错误",
            ], at: .noneOr([400, 424]), "OpenClaw's rows: server errors"),
    ]

    // MARK: Codes that mean several things

    private static let weakNames: [Rule] = [
        Rule(
            "code.rate", .rateLimit, names: ["ratelimit", "toomanyrequests", "throttl", "modelcooldown", "resourceexhausted"],
            at: .noneOr(vague), "https://help.aliyun.com/en/model-studio/error-code; https://platform.kimi.com/docs/api/errors"),
        Rule(
            "code.auth", .auth, names: ["authentication", "unauthorized", "unauthenticated", "permission"], at: .noneOr([400, 403]),
            "https://ai.google.dev/gemini-api/docs/troubleshooting"),
        Rule(
            "code.server", .serverError, names: ["servererror", "apierror", "internalerror", "internalfailure", "internalservice"],
            at: .noneOr([]), "https://platform.claude.com/docs/en/api/errors"),
        Rule(
            "code.not_found", .modelNotFound, names: ["notfounderror"], at: .noneOr([404]), "https://platform.claude.com/docs/en/api/errors"
        ),
        Rule(
            "code.invalid", .invalidRequest, names: ["invalidrequest", "invalidargument", "validation", "badrequest"],
            at: .noneOr([400, 422]), "https://console.groq.com/docs/errors; https://platform.claude.com/docs/en/api/errors"),
    ]

    // MARK: Statuses

    static let statuses: [Rule] = [
        Rule("status.401", .auth, at: .only([401]), "RFC 9110 §15.5.2"),
        Rule("status.402", .billing, at: .only([402]), "RFC 9110 §15.5.3: often without a body"),
        Rule("status.403", .auth, at: .only([403]), "RFC 9110 §15.5.4"),
        Rule("status.404", .modelNotFound, at: .only([404, 410]), "RFC 9110 §15.5.5, §15.5.11"),
        Rule(
            "status.408", .timeout, at: .only([408, 499, 504, 522, 524]),
            "RFC 9110 §15.5.9, §15.6.5; https://ai.google.dev/gemini-api/docs/troubleshooting"),
        Rule("status.413", .contextOverflow, at: .only([413]), "RFC 9110 §15.5.14; https://platform.claude.com/docs/en/api/errors"),
        Rule("status.429", .rateLimit, at: .only([429]), "RFC 6585 §4"),
        Rule("status.451", .contentPolicy, at: .only([451]), "RFC 7725"),
        Rule("status.498", .overloaded, at: .only([498]), "https://console.groq.com/docs/errors"),
        Rule("status.503", .overloaded, at: .only([503, 529]), "RFC 9110 §15.6.4; https://platform.claude.com/docs/en/api/errors"),
        Rule(
            "status.523", .network, at: .only([523, 525, 526, 530]),
            "https://developers.cloudflare.com/support/troubleshooting/http-status-codes/"),
        Rule(
            "status.5xx", .serverError, at: .only([424, 500, 502] + Array(505...521) + Array(527...528) + Array(531...599)),
            "RFC 9110 §15.6"),
        Rule("status.501", .invalidRequest, at: .only([501]), "RFC 9110 §15.6.2"),
        Rule("status.3xx", .malformed, at: .only(Array(300...399)), "redirects are not followed"),
    ]

    /// What is left of 4xx is the request's own fault, if the provider says anything at all.
    static let requests = Rule(
        "status.4xx", .invalidRequest, at: .only([400, 405, 406, 409, 411, 412] + Array(414...423) + [425, 426, 428, 431]), "RFC 9110 §15.5"
    )
}
