// SPDX-License-Identifier: Apache-2.0
import Failover

/// What becomes of one attempt.
struct Fate {
    /// Milliseconds until it speaks; `nil`: it never does.
    var speaksAfter: Int64?
    var endsAfter: Int64
    /// `nil`: it answers.
    var failure: Failure?
}

/// Failures as the classifier judges them, each judged once.
struct Errors: Sendable {
    static let shared = Errors()

    let bareMoney = judged {
        $0.status = 402; $0.bodyIsEmpty = true
    }
    let accountMoney: Failure = {
        var failure = judged {
            $0.status = 402; $0.bodyIsEmpty = true
        }
        failure.accountWide = true
        failure.scope = .credential
        return failure
    }()
    let limit = judged {
        $0.status = 429; $0.message = "Rate limit reached"
    }
    let key = judged {
        $0.status = 401; $0.code = "invalid_api_key"
    }
    let revoked = Failure(reason: .authPermanent, scope: .credential, rule: "revoked", status: 401)
    let unavailable = judged {
        $0.status = 503; $0.message = "Service Unavailable"
    }
    let crash = judged {
        $0.status = 500; $0.message = "Internal server error"
    }
    let page = judged {
        $0.status = 502; $0.isHTML = true
    }
    let refused = judged { $0.transport = .refused }
    let dns = judged { $0.transport = .dns }
    let reset = judged { $0.transport = .reset(reused: false) }
    let reusedReset = judged { $0.transport = .reset(reused: true) }
    let silent = judged { $0.transport = .firstTokenTimeout }
    let idle = judged { $0.transport = .idleTimeout }
    let deadline = judged { $0.transport = .requestDeadline }
    let cut = judged { $0.transport = .closedEarly }
    let nonsense = judged { $0.transport = .malformed("not JSON") }
    let noModel = judged {
        $0.status = 404; $0.code = "model_not_found"
    }
    let unknown = judged {
        $0.status = 418; $0.message = "zorp"
    }
    let overflow = judged {
        $0.status = 400; $0.code = "context_length_exceeded"
    }
    let policy = judged {
        $0.status = 400; $0.code = "content_filter"
    }
    let invalid = judged {
        $0.status = 400; $0.message = "The request is wrong"; $0.type = "invalid_request_error"
    }
    let format = Failure(reason: .format, scope: nil, rule: "format", status: 400)

    private static func judged(_ change: (inout ErrorObject) -> Void) -> Failure {
        var error = ErrorObject(provider: "p0", wire: "openai-completions", model: "m0")
        change(&error)
        return Classifier.classify(error)
    }

    /// Numbers of repairs; 2 and 3 are each other's opposites.
    static let repairs: [Repair] = [.dropCacheMarkers, .normaliseToolCallIDs(exactly: nil), rename, back, .dropMember("seed")]
    private static let rename = Repair.renameMember(from: "max_tokens", to: "max_completion_tokens")
    private static let back = Repair.renameMember(from: "max_completion_tokens", to: "max_tokens")
}

extension Town {
    /// What a provider does with an attempt that begins now.
    mutating func fate(
        of prompt: Prompt, model number: Int, account place: Int, repairs: [Repair], limit: Int64, hasOldSecret: Bool, at time: Int64,
        _ world: World,
        _ chance: inout Chance
    ) -> Fate {
        let errors = Errors.shared
        let model = models[number]
        let quick = 20 + Int64(chance.int(0...200))
        let isSteady = number == steady
        if networkIsDown {
            return Fate(endsAfter: quick / 4, failure: chance.happens(0.7) ? errors.dns : errors.reset)
        }
        if !isSteady, let failure = trouble(model, number, place, hasOldSecret, time, &chance, errors) {
            let isSilent = failure.reason == .timeout
            let isLate = accounts[place].isRevoked && chance.happens(0.3)
            return Fate(endsAfter: isSilent ? limit : isLate ? min(limit, quick * 40) : quick, failure: failure)
        }
        if !isSteady, prompt.isRich, let wants = model.wants, !repairs.contains(Errors.repairs[wants]) {
            var failure = errors.format
            failure.repair = chance.happens(0.9) ? Errors.repairs[wants] : nil
            return Fate(endsAfter: quick, failure: failure)
        }
        if prompt.isForbidden { return Fate(endsAfter: quick, failure: errors.policy) }
        if prompt.isInvalid {
            var failure = errors.invalid
            failure.namesMember = prompt.namesMember ? "temperature" : nil
            return Fate(endsAfter: quick, failure: failure)
        }
        if prompt.tokens > model.holds { return Fate(endsAfter: quick, failure: errors.overflow) }
        if let poison = prompt.poison {
            switch poison {
            case .overload: return Fate(endsAfter: quick, failure: errors.unavailable)
            case .crash: return Fate(endsAfter: quick, failure: errors.crash)
            case .silence: return Fate(endsAfter: limit, failure: errors.silent)
            case .nonsense: return Fate(endsAfter: quick, failure: errors.nonsense)
            case .unknown: return Fate(endsAfter: quick, failure: errors.unknown)
            }
        }
        return isSteady ? answer(world, &chance) : answerOrNoise(limit, world, &chance)
    }

    private func answer(_ world: World, _ chance: inout Chance) -> Fate {
        let first = chance.around(world.firstToken)
        return Fate(speaksAfter: first, endsAfter: first + chance.around(world.rest))
    }

    private func answerOrNoise(_ limit: Int64, _ world: World, _ chance: inout Chance) -> Fate {
        let errors = Errors.shared
        var fate = answer(world, &chance)
        if chance.happens(world.slow) {
            switch chance.int(0...3) {
            case 0: return Fate(endsAfter: limit, failure: errors.silent)
            case 1: return Fate(speaksAfter: fate.speaksAfter, endsAfter: fate.endsAfter + 60_000, failure: errors.idle)
            default: return Fate(speaksAfter: min(limit - 1, (fate.speaksAfter ?? 0) * 10), endsAfter: fate.endsAfter * 10)
            }
        }
        if chance.happens(world.noise) {
            fate.failure = [errors.cut, errors.nonsense, errors.unknown, errors.reusedReset, errors.crash][chance.int(0...4)]
            if chance.happens(0.5) { fate.speaksAfter = nil }
        }
        return fate
    }

    /// What is wrong with the place, whatever the prompt.
    private mutating func trouble(
        _ model: Model, _ number: Int, _ place: Int, _ hasOldSecret: Bool, _ time: Int64, _ chance: inout Chance, _ errors: Errors
    ) -> Failure? {
        switch outages[model.provider] {
        case .refused: return errors.refused
        case .unavailable: return errors.unavailable
        case .reset: return chance.happens(0.5) ? errors.reset : errors.reusedReset
        case .silent: return errors.silent
        case .page: return errors.page
        case nil: break
        }
        let account = accounts[place]
        if account.isRevoked || hasOldSecret { return account.namesAccount ? errors.revoked : errors.key }
        if account.lacks.contains(number) { return errors.noModel }
        if !account.hasMoney && !model.isFree { return account.namesAccount ? errors.accountMoney : errors.bareMoney }
        if let failure = limited(place, time, errors) { return failure }
        if model.isLoaded { return chance.happens(0.6) ? errors.unavailable : errors.silent }
        return nil
    }

    private mutating func limited(_ place: Int, _ time: Int64, _ errors: Errors) -> Failure? {
        guard let limit = accounts[place].limit else { return nil }
        if accounts[place].minute != time / 60_000 { (accounts[place].minute, accounts[place].used) = (time / 60_000, 0) }
        accounts[place].used += 1
        if accounts[place].used <= limit { return nil }
        var failure = errors.limit
        let left = 60_000 - time % 60_000
        switch accounts[place].hint {
        case 0: break
        case 1, 2:
            failure.reset = .milliseconds(left)
            failure.retryAfterGiven = accounts[place].hint == 1
        default:
            failure.reason = .quota
            failure.reset = .milliseconds(300_000 + left)
        }
        return failure
    }
}
