// SPDX-License-Identifier: Apache-2.0

/// What `Rules.words` looks for in other languages than English: Chinese in both scripts, Japanese, Korean, Russian, and a few of Europe's.
/// Letters beyond ASCII keep their case, so that some begin with their second.
enum OtherWords {
    static let revoked: [String] = [
        "账户已被锁定", "账号已被", "已被封禁", "已被禁用", "密钥已失效", "已注销",
    ]

    static let nomoney: [String] = [
        "余额不足", "餘額不足", "额度不足", "額度不足", "额度已用", "额度已耗", "额度用尽", "欠费", "欠費", "积分不足", "点数不足", "残高不足", "クレジットが不足", "잔액이 부족", "크레딧이 부족",
        "недостаточно средств", "едостаточно средств", "saldo insuficiente", "solde insuffisant", "crédit insuffisant", "guthaben",
    ]

    static let money: [String] = [
        "充值", "儲值", "续费", "付费", "购买",
    ]

    static let plan: [String] = [
        "套餐已到期", "套餐已过期", "套餐暂未", "未开放", "未订阅",
    ]

    static let context: [String] = [
        "上下文", "超长", "过长", "長度超過", "长度超过", "超过最大长度", "超出最大", "超过最大", "超出模型", "入力が長すぎ", "너무 깁니다",
    ]

    static let policy: [String] = [
        "敏感", "不安全", "违规", "違規", "审核未通过", "内容安全", "不合规", "不適切",
    ]

    static let model: [String] = [
        "模型不存在", "模型不可用", "模型未", "模型已下线", "不支持的模型", "不支持该模型", "不支持此模型", "未开通模型", "无权访问模型", "モデルが見つかりません", "모델을 찾을 수 없",
    ]

    static let key: [String] = [
        "鉴权", "身份验证", "身分驗證", "认证失败", "验证失败", "令牌", "密钥无效", "密钥错误", "无效的密钥", "无效的api", "未授权", "未授權", "无权", "没有权限", "请登录", "認証", "apiキー",
        "인증", "no autorizado", "não autorizado", "non autorisé", "nicht autorisiert", "не авторизован",
    ]

    static let quota: [String] = [
        "使用上限", "次数限额", "配额", "限额", "用量已", "用量上限", "今日额度", "額度已", "利用上限", "한도를 초과",
    ]

    static let load: [String] = [
        "过载", "負載", "负载", "访问量过大", "繁忙", "拥挤", "流量限制", "排队", "混み合って", "過負荷", "과부하",
    ]

    static let rate: [String] = [
        "频率", "頻率", "过于频繁", "過於頻繁", "请求过多", "请求太多", "速率", "并发", "限流", "レート制限", "リクエストが多すぎ", "요청이 너무 많", "слишком много запросов",
        "лишком много запросов", "demasiadas solicitudes", "trop de requêtes", "zu viele anfragen",
    ]

    static let timeout: [String] = [
        "超时", "逾時", "タイムアウト", "시간 초과",
    ]

    static let network: [String] = [
        "网络异常", "网络错误", "网络连接失败",
    ]

    static let broken: [String] = [
        "服务器错误", "内部错误", "系统错误", "系统异常", "服务异常", "服务器异常", "内部サーバー", "내부 서버 오류",
    ]
}
