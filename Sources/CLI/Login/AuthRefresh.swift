// SPDX-License-Identifier: Apache-2.0
import Credentials
import Failover
import JSON

/// `understudy models auth refresh`: renews a login now, as the gateway does by itself.
enum AuthRefresh {
    static func run(_ context: CommandContext) async throws(CommandFailure) -> ExitStatus {
        let place = try AuthPlace(context)
        let profile = try chosen(context.invocation.words.first, place)
        guard let login = profile.login else {
            throw CommandFailure(
                .failed, "\(profile.id) is no login, and is not renewed", hints: ["see which are: understudy models auth list"])
        }
        guard login.isKept else { throw notOurs(profile, login, place) }
        let clock: @Sendable () -> Timestamp = { Timestamp(milliseconds: HostFacts.nowMilliseconds()) }
        let refresh = TokenRefresh(endpoint: TokenEndpoint(now: clock))
        let renewed: TokenRefresh.Renewed
        do throws(RefreshFailure) {
            renewed = try refresh.run(
                login, family: profile.secretHash, refused: context.invocation.isOn(always) ? profile.secret : nil)
        } catch {
            throw refused(profile, error)
        }
        if let problem = renewed.unwritten?.problem {
            throw CommandFailure(.failed, "\(profile.id) is renewed, but could not be stored, and is lost: \(problem.description)")
        }
        report(profile.id, byOthers: renewed.byOthers, context)
        return .fine
    }

    static let always = Flag("force", .toggle, "Also while its token is good")

    private static func chosen(_ word: String?, _ place: AuthPlace) throws(CommandFailure) -> StoredCredential {
        if let word { return try place.profile(word) }
        let logins = place.profiles().filter { $0.login?.isKept ?? false }
        if logins.count == 1 { return logins[0] }
        let ids = logins.map(\.id.rawValue).joined(separator: ", ")
        throw CommandFailure(
            .usage, logins.isEmpty ? "there is no login of ours to renew" : "which one?",
            hints: [logins.isEmpty ? "sign in: understudy models auth login" : "one of: \(ids)"])
    }

    private static func notOurs(_ profile: StoredCredential, _ login: StoredLogin, _ place: AuthPlace) -> CommandFailure {
        let take = "take it over: understudy models auth import \(ShellWord.quoted(profile.id.rawValue)) --take-over"
        if !login.isOurs {
            return CommandFailure(
                .failed, "\(profile.id) stands in another program's \(place.short(profile.file ?? "file")), which renews it", hints: [take])
        }
        if let other = login.managedBy {
            return CommandFailure(.failed, "\(profile.id) is renewed by \(SafeText.line(other))", hints: [take])
        }
        if login.refresh == nil {
            return CommandFailure(.failed, "\(profile.id) has no refresh token", hints: [signIn(profile)])
        }
        return CommandFailure(
            .failed, "nothing is known of how logins at \(profile.provider) are renewed",
            hints: ["models.providers.\(profile.provider).login says it, with tokenUrl and clientId"])
    }

    private static func refused(_ profile: StoredCredential, _ failure: RefreshFailure) -> CommandFailure {
        CommandFailure(
            .failed, "\(profile.id) could not be renewed: \(failure.name): \(SafeText.line(failure.message))",
            hints: failure.isPermanent ? [signIn(profile)] : ["it is tried again by itself, as long as its token lives and after"])
    }

    static func signIn(_ profile: StoredCredential) -> String {
        "sign in again: understudy models auth login --provider \(profile.provider) --profile-id \(ShellWord.quoted(profile.id.rawValue))"
    }

    private static func report(_ id: CredentialID, byOthers: Bool, _ context: CommandContext) {
        guard let after = try? AuthPlace(context), let profile = after.profiles().first(where: { $0.id == id }) else { return }
        let status = profile.status(at: after.now)
        if context.output.wantsJSON {
            context.output.json([
                "profileId": .string(id.rawValue), "renewed": .bool(!byOthers), "status": .string(status.code),
                "expires": status.expires.map { .number(JSONNumber(Int($0.milliseconds))) } ?? nil,
            ])
        } else {
            let what = byOthers ? "nothing to do" : "renewed"
            context.output.text("\(id): \(what). Status: \(status.text(at: after.now))")
        }
    }
}
