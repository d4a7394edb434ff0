// SPDX-License-Identifier: Apache-2.0
import Failover
import JSON
import Relay
import Store

/// `understudy plan`: the chain as it would run now, and what would become of a request if something happened.
enum PlanCommand {
    /// Who knows it.
    enum Source: Hashable {
        case gateway(url: String)
        /// No gateway was asked: the configuration as it is now, and what one stored.
        case files
    }

    static func run(_ context: CommandContext) async throws(CommandFailure) -> ExitStatus {
        let wishes = try PlanFlags.wishes(context.invocation)
        let (plan, source) = try await plan(wishes, context)
        let output = context.output
        if output.wantsJSON {
            output.json(json(plan, source))
        } else {
            let text = Explanation.text(plan, supposed: wishes.when, colour: output.terminal.colour) { time in
                HostFacts.localTime(milliseconds: time.milliseconds)
            }
            output.text([heading(plan, source), "", text].joined(separator: "\n"))
        }
        return isServed(plan) ? .fine : .failed
    }

    /// Whether a client would get an answer.
    private static func isServed(_ plan: Plan) -> Bool {
        if let run = plan.run { return (200..<300).contains(run.ending.status) }
        if case .attempt = plan.start { return true }
        return false
    }

    static func json(_ plan: Plan, _ source: Source) -> JSONValue {
        var object: JSONObject = [:]
        switch source {
        case .gateway(let url):
            object["source"] = "gateway"
            object["url"] = .string(url)
        case .files: object["source"] = "files"
        }
        for (name, value) in PlanJSON.value(plan).object?.members ?? [] { object[name] = value }
        return .object(object)
    }

    static func heading(_ plan: Plan, _ source: Source) -> String {
        let facts = plan.facts
        let session = facts.session.map { ", session \(SafeText.line($0.rawValue))" } ?? ""
        let who = "\(SafeText.line(facts.requestedModel)), agent \(facts.agent?.rawValue ?? "-")\(session)"
        switch source {
        case .gateway(let url): return "What a request for \(who) would meet now, by the gateway at \(url)."
        case .files:
            return "What a request for \(who) would meet now, by the files alone: no gateway runs here, or none was asked, so its "
                + "sessions and last uses are not known."
        }
    }

    // MARK: Who is asked

    private static func plan(_ wishes: PlanWishes, _ context: CommandContext) async throws(CommandFailure) -> (Plan, Source) {
        if context.invocation.isOn(PlanFlags.offline) { return (try await fromFiles(wishes, context), .files) }
        let client = GatewayClient(for: context)
        do throws(GatewayClient.Trouble) {
            let answer = try client.get("/api/plan?" + PlanFlags.query(wishes))
            guard let plan = PlanJSON.read(answer) else {
                throw .unreadable("it is of another version, whose plan this one cannot put in words")
            }
            return (plan, .gateway(url: client.address.url))
        } catch .unreachable where !client.address.isRemote {
            return (try await fromFiles(wishes, context), .files)
        } catch .refused(400, let message) {
            throw CommandFailure(.usage, "plan: \(message)", hints: [Self.help])
        } catch {
            throw client.failure(error)
        }
    }

    private static let help = "see: understudy plan --help"

    private static func fromFiles(_ wishes: PlanWishes, _ context: CommandContext) async throws(CommandFailure) -> Plan {
        let now = Timestamp(milliseconds: HostFacts.nowMilliseconds())
        let setup = try Setup.forLooking(for: context)
        let ledger = try await ledger(in: setup.location.stateFolder + "/understudy.sqlite", now: now)
        do throws(PlanProblem) {
            return try RelaySnapshot(settings: setup.settings, pool: setup.credentials(now: now)).plan(wishes, ledger: ledger, now: now)
        } catch {
            throw CommandFailure(.usage, "plan: \(SafeText.line(error.message))", hints: [Self.help])
        }
    }

    /// As it was stored; empty where nothing was.
    private static func ledger(in path: String, now: Timestamp) async throws(CommandFailure) -> HealthLedger {
        guard HostFacts.exists(path) else { return HealthLedger() }
        let file = Database(path: path, access: .reading, log: .silent)
        defer { file.close() }
        let store = LedgerStore(database: file)
        do throws(StoreProblem) {
            return HealthLedger(restoring: try await store.load(), pauses: try await store.loadPauses(), now: now)
        } catch {
            throw CommandFailure(.failed, error.description)
        }
    }
}

extension Command {
    static let plan = Command(
        words: ["plan"], summary: "Show whom a request would ask now, and what would happen if",
        discussion: [
            "Lists the chain of a request as it would run now: each place with the setting that put it there, why its credential stands where it "
                + "does, and what is passed over, why and until when. The running gateway is asked, which knows its sessions and leases; without one, "
                + "the configuration and the stored health are read. Nothing is sent to a provider and nothing changes.",
            "--when supposes that something happens, and asks the policy what would follow, attempt by attempt. Before the equals sign: a "
                + "provider, provider/model, a credential's id, provider/model@credential, an alias or *; the narrowest counts, and of equals the last. "
                + "Behind it: a status (402), a reason (billing), timeout, connect_timeout, refused, reset, dns, tls, unreachable, cut, empty, or ok; several, apart "
                + "by commas, for one call after the other, the last one for all further. A status or reason may say more behind colons: "
                + "429:retry-after=20, rate_limit:reset=5m, 429:code=insufficient_quota, billing:account, 400:message=… (all that follows). What is not named "
                + "answers.",
        ],
        flags: PlanFlags.all + Flag.connection,
        examples: [
            Example("understudy plan", "Whom would a request ask now?"),
            Example(
                "understudy plan --model openai/gpt-5.4 --session chat-1 --tokens 150000 --images", "One of a session, with a long prompt."),
            Example("understudy plan --when cerebras=402 --when google=timeout", "What if one has no credit and the other is silent?"),
            Example("understudy plan --when '*=503' --when 'openai/gpt-5.4=429:retry-after=20,ok'", "What if all but one are down?"),
            Example("understudy plan --offline --config ./new.json --json", "Before a configuration is put in force, as data."),
        ],
        exitCodes: [
            (.fine, "a request would be answered"), (.failed, "it would be refused, or the gateway refused to say"),
            (.usage, "the command line is wrong, or names what is not there"),
            (.unreachable, "the gateway at --url cannot be reached, or does not answer"),
            (.configuration, "the configuration has problems, which are listed"),
        ],
        run: { context throws(CommandFailure) in try await PlanCommand.run(context) })
}
