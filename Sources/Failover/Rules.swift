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
                "contentfilter", "contentpolicy", "datainspection", "riskdetection", "illegaldetected", "sensitivecontent",
                "prohibitedcontent",
                "moderation", "refusal", "safety", "blocklist", "recitation", "spii",
            ],
            "https://help.aliyun.com/en/model-studio/error-code; https://www.volcengine.com/docs/82379/1299023"),
        Rule(
            "code.not_ready", .overloaded, names: ["modelnotready", "modelnotloaded", "modelloading"],
            "https://docs.aws.amazon.com/bedrock/latest/userguide/troubleshooting-api-error-codes.html: it is being started"),
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
                "missingapikey", "authfailure",
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
                "^enotfound", "eaiagain",
                "^epipe", "undersocket", "underrsocket", "errtls", "certhasexpired", "selfsigned", "unabletoverify",
            ], "OpenClaw's rows: timeouts; https://nodejs.org/api/errors.html#common-system-errors"),
        Rule(
            "code.object", .invalidRequest,
            names: ["responsenotfound", "filenotfound", "conversationnotfound", "containernotfound"], at: .only([400, 404]),
            "https://platform.openai.com/docs/guides/conversation-state: what the request refers to is not there"),
        Rule("code.rate_exceeded", .rateLimit, names: ["ratelimitexceeded"], "https://platform.openai.com/docs/guides/rate-limits"),
        Rule(
            "code.schema", .format, names: ["invalidfunctionparameters"], at: .only([400, 422]),
            "github.com/lastmile-ai/openai-agents-mcp#2: of a schema that another provider takes"),
        Rule(
            "code.value", .invalidRequest,
            names: [
                "invalidtype", "invalidjson", "invalidimage", "imageparse", "invalidbase", "invalidurl",
                "missingrequired", "belowmin", "arrayabovemax",
            ], at: .only([400, 422]),
            "https://platform.openai.com/docs/guides/error-codes: one value is at fault, and its words may be the client's"),
        Rule(
            "code.resources", .billing, names: ["resourcepackexhausted", "servicenotactivated"],
            "https://cloud.tencent.com/document/product/1729/104753"),
        Rule(
            "code.thoughts", .format, names: ["invalidencryptedcontent"], "github.com/openai/codex#8128: encrypted by another account"),
        Rule("code.region", .auth, names: ["unsupportedcountry"], "https://platform.openai.com/docs/supported-countries"),
        Rule(
            "code.unsupported", .format, names: ["unsupportedparameter", "unknownparameter", "unknownfield", "unrecognizedfield"],
            "github.com/owndev/Open-WebUI-Functions#136"),
        Rule("code.aborted", .unknown, names: ["aborterr"], at: .noneOr([]), "https://nodejs.org/api/errors.html#abort_err"),
    ]

    // MARK: Codes that mean several things

    private static let weakNames: [Rule] = [
        Rule(
            "code.rate", .rateLimit, names: ["ratelimit", "toomanyrequests", "throttl", "modelcooldown", "resourceexhausted"],
            at: .noneOr(vague), "https://help.aliyun.com/en/model-studio/error-code; https://platform.kimi.com/docs/api/errors"),
        Rule(
            "code.limit", .quota, names: ["limitexceeded", "limitreached", "quota"], at: .noneOr(vague),
            "https://www.volcengine.com/docs/82379/1299023; OpenClaw's rows: billing and rate limits"),
        Rule(
            "code.too_long", .contextOverflow, names: ["toolong", "toolarge"], at: .noneOr([400, 413, 422]),
            "https://platform.claude.com/docs/en/api/errors"),
        Rule(
            "code.about_model", .modelNotFound, names: ["model"], at: .only([400, 403, 404, 422]),
            "https://console.groq.com/docs/errors; https://help.aliyun.com/en/model-studio/error-code"),
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
