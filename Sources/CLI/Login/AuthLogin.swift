// SPDX-License-Identifier: Apache-2.0
import Configuration
import Credentials
import Failover
import HTTP
import JSON
import Providers
import Store
import Transport

/// `understudy models auth login`: signs in at a provider with a person's account.
struct AuthLogin {
    enum Method: String, CaseIterable {
        /// A browser on this machine comes back by itself.
        case browser
        /// A browser anywhere; a person pastes the address that it ends at.
        case paste
        /// A browser anywhere; a person types a code there.
        case device
    }

    static let provider = Flag("provider", .text(placeholder: "id"), "Where to sign in", example: "google-gemini-cli")
    static let method = Flag(
        "method", .choice(Method.allCases.map(\.rawValue)),
        "browser comes back to this machine by itself; paste and device work with a browser anywhere")
    static let open = Flag("browser", .toggle, "Open a browser; --no-browser only prints the address")
    static let wait = Flag("wait", .time, "How long to wait for the person (15m)", example: "15m")
    static let setDefault = Flag("set-default", .toggle, "Make a model of the provider the default agent's first")
    static let force = Flag("force", .toggle, "Replace a key or token of the same id without asking")
    static let project = Flag(
        "project", .text(placeholder: "id"),
        "The Google Cloud project, for accounts that have none of their own; GOOGLE_CLOUD_PROJECT says it too",
        example: "my-project-123")

    let place: AuthPlace
    let descriptor: LoginDescriptor
    let context: CommandContext
    let endpoint = TokenEndpoint(now: { Timestamp(milliseconds: HostFacts.nowMilliseconds()) })

    init(_ context: CommandContext, provider text: String?) throws(CommandFailure) {
        place = try AuthPlace(context)
        self.context = context
        descriptor = try Self.descriptor(text, place)
    }

    static func run(_ context: CommandContext) async throws(CommandFailure) -> ExitStatus {
        let login = try AuthLogin(context, provider: context.invocation.text(provider))
        let method = try login.chosen(context.invocation.text(method).flatMap(Method.init(rawValue:)))
        return try await login.signIn(by: method)
    }

    // MARK: Where and how

    private static func descriptor(_ text: String?, _ place: AuthPlace) throws(CommandFailure) -> LoginDescriptor {
        let logins = place.setup.settings.logins
        let known = logins.values.filter { $0.hasBrowser || $0.hasDevice }.sorted { $0.provider < $1.provider }
        let list = known.map(\.provider.rawValue).joined(separator: ", ")
        guard let text else {
            let choices = known.map { Prompt.Choice($0.provider.rawValue, $0.name) }
            return known[try Prompt().choose("Where do you want to sign in?", from: choices, flag: "--provider <id>, one of \(list)")]
        }
        let id = Catalogue.builtIn.canonicalID(of: ProviderID(rawValue: text.lowercased()))
        if id == "anthropic" {
            throw CommandFailure(
                .usage, "anthropic has no login of this kind: a subscription's token is made by Claude Code",
                hints: ["claude setup-token", "understudy models auth setup-token --provider anthropic"])
        }
        guard let login = logins[id], login.hasBrowser || login.hasDevice else {
            let nearest = NearestWord.of(id.rawValue, in: known.map(\.provider.rawValue)).map { " Did you mean \($0)?" } ?? ""
            throw CommandFailure(
                .usage, "nothing is known of a login at \"\(SafeText.line(text))\".\(nearest)",
                hints: [
                    "there are logins at \(list)",
                    "another one: models.providers.\(SafeText.line(id.rawValue)).login with clientId, tokenUrl and authorizeUrl or deviceUrl",
                    "a key instead: understudy models auth paste-api-key --provider \(ShellWord.quoted(id.rawValue))",
                ])
        }
        return login
    }

    private func chosen(_ asked: Method?) throws(CommandFailure) -> Method {
        let isHere = Browser.isAtHand(environment: context.environment)
        switch asked {
        case .device where !descriptor.hasDevice, .browser where !descriptor.hasBrowser, .paste where !descriptor.hasBrowser:
            let others = Method.allCases.filter { $0 == .device ? descriptor.hasDevice : descriptor.hasBrowser }
            throw CommandFailure(
                .usage, "\(descriptor.provider) has no login of that kind",
                hints: ["there is: " + others.map { "--method \($0.rawValue)" }.joined(separator: ", ")])
        case let asked?: return asked
        case nil where !TypedLine.isSeen: throw noTerminal
        case nil: break
        }
        if !descriptor.hasBrowser { return .device }
        // Without a display a code to type is the least trouble.
        return !isHere && descriptor.hasDevice && descriptor.device?.style == .standard ? .device : .browser
    }

    /// Nobody would see the address and wait with us. Whoever names a method has thought of that.
    private var noTerminal: CommandFailure {
        let command = "understudy models auth login --provider \(descriptor.provider) --method"
        var hints: [String] = []
        if descriptor.hasDevice {
            hints.append("a code to type in a browser anywhere, written to standard error: \(command) device")
        }
        if descriptor.hasBrowser {
            hints += [
                "the address that a browser anywhere ends at, read from standard input: \(command) paste",
                "a browser on this machine, which comes back by itself: \(command) browser",
            ]
        }
        return CommandFailure(.usage, "there is no terminal to sign in at \(descriptor.name) from; say how", hints: hints)
    }

    // MARK: Signing in

    func signIn(by method: Method) async throws(CommandFailure) -> ExitStatus {
        var tokens =
            switch method {
            case .device: try byDevice()
            case .browser, .paste: try await byBrowser(pasteOnly: method == .paste)
            }
        if !descriptor.keepsToken, tokens.refresh == nil {
            context.output.note(
                "\(descriptor.name) gave no refresh token: this login cannot be renewed, and has to be made again when it ends.")
        }
        let project = context.invocation.command.flag(named: Self.project.name).flatMap { _ in context.invocation.text(Self.project) }
        let variables = ["GOOGLE_CLOUD_PROJECT", "GOOGLE_CLOUD_PROJECT_ID"].lazy.compactMap { context.environment[$0] }
        let remark = LoginAccount(endpoint: endpoint).complete(
            &tokens, descriptor, project: project ?? variables.first { !$0.isEmpty })
        if let remark { context.output.note(remark) }
        return try LoginResult(login: self, tokens: tokens).store()
    }

    private func byDevice() throws(CommandFailure) -> LoginTokens {
        do throws(TokenProblem) {
            let device = try DeviceLogin(descriptor, endpoint: endpoint)
            var lines = [
                "Sign in at \(descriptor.name): open this address in any browser, and type the code.", "", "  \(device.verificationURL)",
            ]
            lines.append("  code: \(SafeText.line(device.userCode))")
            if let url = device.completeURL { lines += ["", "Or with the code in it:", "  \(url)"] }
            lines += ["", "Type it only where you began this login yourself. Waiting until it is done …"]
            context.output.note(lines.joined(separator: "\n"))
            openBrowser(device.completeURL ?? device.verificationURL)
            let end = ContinuousClock.now + limit
            return try device.wait { ContinuousClock.now >= end }
        } catch {
            throw failure(error)
        }
    }

    private var limit: Duration {
        context.invocation.command.flag(named: Self.wait.name).flatMap { _ in context.invocation.age(Self.wait) } ?? .seconds(900)
    }

    private func byBrowser(pasteOnly: Bool) async throws(CommandFailure) -> LoginTokens {
        let callback: LoginCallback
        do throws(SystemError) {
            callback = try LoginCallback()
        } catch {
            throw CommandFailure(.failed, "the login cannot be waited for: \(error)")
        }
        var port = descriptor.redirectPort == 0 ? 8085 : descriptor.redirectPort
        var isListening = false
        if !pasteOnly {
            do throws(SystemError) {
                port = try callback.listen(port: descriptor.redirectPort)
                isListening = true
            } catch {
                guard TypedLine.canAsk else {
                    throw CommandFailure(
                        .failed, "the browser cannot come back: port \(port) of this machine is taken (\(error))",
                        hints: ["who has it: ss -ltnp 'sport = :\(port)'", "without coming back: --method paste"])
                }
                context.output.note("Port \(port) is taken, so the browser cannot come back by itself.")
            }
        }
        guard let request = AuthorizationRequest(descriptor, port: port) else {
            throw CommandFailure(.failed, "\(descriptor.provider) has no login in a browser")
        }
        let canPaste = pasteOnly || TypedLine.canAsk
        context.output.note(invitation(request, port: port, isListening: isListening, canPaste: canPaste))
        if isListening { openBrowser(request.url) }
        let answer = await callback.answer(to: request, within: limit, paste: canPaste) { [output = context.output] in output.note($0) }
        await callback.close()
        switch answer {
        case .failure(let problem):
            throw CommandFailure(
                .failed, "signing in at \(descriptor.name) did not work: \(SafeText.line(problem.message)). Nothing was changed",
                hints: ["again: understudy models auth login --provider \(descriptor.provider)"])
        case .success(let code):
            do throws(TokenProblem) {
                return try LoginAccount(endpoint: endpoint).tokens(for: code, of: request, descriptor)
            } catch {
                throw failure(error)
            }
        }
    }

    private func invitation(_ request: AuthorizationRequest, port: UInt16, isListening: Bool, canPaste: Bool) -> String {
        var lines = ["Sign in at \(descriptor.name): open this address in a browser.", "", request.url, ""]
        if isListening {
            lines.append("The browser comes back to port \(port) of this machine. On another machine, before opening it:")
            lines.append("  ssh -L \(port):127.0.0.1:\(port) <this machine>")
        }
        if canPaste {
            lines.append(
                (isListening ? "Or paste" : "Paste")
                    + " here the address that the browser ends at (it may show an error page), then press Enter:")
        }
        return lines.joined(separator: "\n")
    }

    private func openBrowser(_ url: String) {
        let said = context.invocation.command.flag(named: Self.open.name).flatMap { _ in context.invocation.toggle(Self.open) }
        guard said ?? (context.output.terminal.isInteractive && Browser.isAtHand(environment: context.environment)) else { return }
        if !Browser.open(url, environment: context.environment), said == true {
            context.output.note("No browser could be opened; the address is above.")
        }
    }

    private func failure(_ problem: TokenProblem) -> CommandFailure {
        var hints = ["again: understudy models auth login --provider \(descriptor.provider)"]
        switch problem.name {
        case "network", "no_reply": hints.insert("see that this machine reaches it: understudy doctor", at: 0)
        case "invalid_client", "unauthorized_client", "not_configured":
            hints = ["models.providers.\(descriptor.provider).login.clientId and clientSecret say as who Understudy signs in"]
        default: break
        }
        let status = problem.status.map { " (HTTP status \($0))" } ?? ""
        return CommandFailure(
            .failed,
            "signing in at \(descriptor.name) did not work: \(problem.name)\(status): \(SafeText.line(problem.message)). Nothing was changed",
            hints: hints)
    }
}
