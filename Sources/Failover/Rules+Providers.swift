// SPDX-License-Identifier: Apache-2.0

extension Rules {
    /// What single providers mean, codes before words: the same number, or the same sentence, means other things elsewhere.
    static let providers: [Rule] = zhipu + minimax + volcengine + alibaba + baidu + xunfei + others

    private static let zai = ["zai", "z-ai", "zhipu", "bigmodel", "glm"]
    private static let zaiSource = "https://docs.bigmodel.cn/cn/api/api-code, https://docs.z.ai/api-reference/api-code"
    private static let zhipu: [Rule] = [
        // OpenClaw took 1113 for a wrong key; with other words it is arrears.
        Rule("zai.credentials", .auth, by: zai, names: ["1113"], words: ["credentials", "authentication"], zaiSource),
        Rule("zai.auth", .auth, by: zai, names: ["1000", "1001", "1002", "1003", "1004", "1005", "1100", "1220"], zaiSource),
        Rule("zai.account", .authPermanent, by: zai, names: ["1110", "1111", "1112", "1121"], zaiSource),
        Rule("zai.money", .billing, by: zai, names: ["1113", "1309", "1311"], reach: .account, zaiSource),
        Rule("zai.model", .modelNotFound, by: zai, names: ["1211", "1221", "1222"], zaiSource),
        Rule("zai.prompt", .contextOverflow, by: zai, names: ["1261"], zaiSource),
        Rule("zai.request", .invalidRequest, by: zai, names: ["1210", "1212", "1213", "1214", "1215", "1231"], zaiSource),
        Rule("zai.network", .network, by: zai, names: ["1234"], zaiSource),
        Rule("zai.network", .network, by: zai, words: ["error 1234:"], zaiSource),
        Rule("zai.content", .contentPolicy, by: zai, names: ["1301"], zaiSource),
        Rule("zai.rate", .rateLimit, by: zai, names: ["1302", "1303"], zaiSource),
        Rule("zai.quota", .quota, by: zai, names: ["1304", "1308", "1310", "1313"], reach: .account, zaiSource),
        Rule("zai.load", .overloaded, by: zai, names: ["1305", "1312"], zaiSource),
        Rule("zai.internal", .serverError, by: zai, names: ["1120", "1230", "500"], zaiSource),
    ]

    private static let minimaxSource = "https://platform.minimax.io/docs/api-reference/errorcode: in a 200, as base_resp.status_code"
    private static let minimax: [Rule] = [
        Rule("minimax.auth", .auth, by: ["minimax"], names: ["1004", "2049"], minimaxSource),
        Rule("minimax.money", .billing, by: ["minimax"], names: ["1008"], reach: .account, minimaxSource),
        Rule("minimax.timeout", .timeout, by: ["minimax"], names: ["1001"], minimaxSource),
        Rule("minimax.rate", .rateLimit, by: ["minimax"], names: ["1002", "1039", "1041", "2045"], minimaxSource),
        Rule("minimax.quota", .quota, by: ["minimax"], names: ["2056"], minimaxSource),
        Rule("minimax.content", .contentPolicy, by: ["minimax"], names: ["1026", "1027"], minimaxSource),
        Rule("minimax.broken", .serverError, by: ["minimax"], names: ["1000", "1013", "1024", "1033"], minimaxSource),
        Rule("minimax.request", .invalidRequest, by: ["minimax"], names: ["1042", "2013"], minimaxSource),
    ]

    private static let ark = ["volcengine", "ark", "doubao"]
    private static let arkSource = "https://www.volcengine.com/docs/82379/1299023"
    private static let volcengine: [Rule] = [
        Rule("volcengine.money", .billing, by: ark, names: ["accountoverdue"], reach: .account, arkSource),
        // What was granted for nothing is used up, or a limit that the owner has set: both for one model.
        Rule("volcengine.grant", .billing, by: ark, names: ["quotaexceeded", "setlimitexceeded"], reach: .model, arkSource),
        Rule("volcengine.closed", .modelNotFound, by: ark, names: ["invalidendpoint", "modelnotopen"], arkSource),
    ]

    private static let bailian = ["qwen", "dashscope", "modelstudio", "alibaba", "bailian"]
    private static let bailianSource = "https://help.aliyun.com/en/model-studio/error-code"
    private static let alibaba: [Rule] = [
        Rule("qwen.money", .billing, by: bailian, names: ["arrearage"], reach: .account, bailianSource),
        Rule("qwen.quota", .quota, by: bailian, names: ["insufficientquota", "throttlingallocationquota"], reach: .model, bailianSource),
        Rule("qwen.length", .contextOverflow, by: bailian, words: ["range of input length"], bailianSource),
        Rule("qwen.free", .billing, by: bailian, names: ["allocationquotafreetieronly"], reach: .model, bailianSource),
    ]

    private static let qianfan = ["qianfan", "baidu"]
    private static let baiduSource = "https://cloud.baidu.com/doc/WENXINWORKSHOP/s/tlmyncueh"
    private static let baidu: [Rule] = [
        Rule("qianfan.limit", .quota, by: qianfan, words: ["daily request limit", "total request limit"], baiduSource),
        Rule("qianfan.token", .auth, by: qianfan, names: ["110", "111"], baiduSource),
    ]

    private static let spark = ["spark", "xfyun", "iflytek"]
    private static let sparkSource = "https://www.xfyun.cn/doc/spark/接口说明.html: in a 200, as header.code"
    private static let xunfei: [Rule] = [
        Rule("spark.auth", .auth, by: spark, names: ["11200"], sparkSource),
        Rule("spark.quota", .quota, by: spark, names: ["11201"], sparkSource),
        Rule("spark.rate", .rateLimit, by: spark, names: ["11202", "11203", "10007"], sparkSource),
        Rule("spark.load", .overloaded, by: spark, names: ["10008"], sparkSource),
        Rule("spark.content", .contentPolicy, by: spark, names: ["10013", "10014"], sparkSource),
        Rule("spark.length", .contextOverflow, by: spark, names: ["10907"], sparkSource),
    ]

    private static let google = ["google", "gemini"]
    private static let others: [Rule] = [
        // Google counts per model; only the project's own spending cap is the account's.
        Rule(
            "google.quota", .quota, by: google, words: ["exceeded your current quota", "quota exceeded for"], at: .noneOr([429]),
            reach: .model, "https://ai.google.dev/gemini-api/docs/troubleshooting"),
        Rule(
            "google.key", .auth, by: google, words: ["api key not valid", "location is not supported", "this api * are blocked"],
            "https://ai.google.dev/gemini-api/docs/troubleshooting"),
        Rule(
            "openai.quota", .billing, by: ["openai", "azure-openai"], names: ["insufficientquota"], reach: .account,
            "https://platform.openai.com/docs/guides/error-codes: out of credits, or the month's limit"),
        Rule(
            "anthropic.spend", .billing, by: ["anthropic"],
            words: ["usage limits. you will regain", "monthly api usage limit", "extra usage"], reach: .account,
            "https://platform.claude.com/docs/en/api/errors"),
        Rule(
            "cerebras.rpm", .rateLimit, by: ["cerebras"], words: ["requests per minute limit", "tokens per minute limit"],
            "https://inference-docs.cerebras.ai/support/error"),
        Rule(
            "openrouter.routing", .overloaded, by: ["openrouter"], words: ["no available model provider"], at: .only([503]),
            "https://openrouter.ai/docs/api/reference/errors-and-debugging"),
        Rule(
            "openrouter.free", .quota, by: ["openrouter"], words: ["free-models-per"], reach: .account,
            "https://openrouter.ai/docs/api/reference/limits: so many requests to free models a day, or a minute"),
        Rule(
            "openrouter.key_limit", .billing, by: ["openrouter"], words: ["key limit exceeded", "budget limit exceeded"], reach: .account,
            "https://openrouter.ai/docs/api/reference/limits; openclaw/openclaw#60191"),
        Rule(
            "mistral.tier", .overloaded, by: ["mistral"], words: ["service tier capacity exceeded"],
            "github.com/BerriAI/litellm#25078: the backend's capacity, not a quota"),
        Rule(
            "xai.subscription", .billing, by: ["xai"], words: ["need a grok subscription"], reach: .account,
            "openclaw/openclaw extensions/xai/index.test.ts"),
        Rule(
            "bedrock.tokens", .invalidRequest, by: ["amazon-bedrock"], words: ["maximum tokens you requested exceeds"],
            "github.com/charmbracelet/crush#946: the reply's tokens, not the prompt's"),
        Rule(
            "bedrock.stream", .contextOverflow, by: ["amazon-bedrock"], names: ["modelstreamerror"], words: ["too long"],
            "OpenClaw's rows: context overflows of amazon-bedrock"),
        Rule(
            "zenmux.plan", .billing, by: ["zenmux"], names: ["modelnotavailable"], words: ["subscription plan"],
            "https://docs.zenmux.ai/guide/advanced/error-codes.html"),
        Rule(
            "wandb.gateway", .auth, by: ["wandb"], words: ["gateway is not enabled"], "https://docs.wandb.ai/inference/api-reference/errors"
        ),
    ]
}
