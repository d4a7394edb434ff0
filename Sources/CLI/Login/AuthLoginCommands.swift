// SPDX-License-Identifier: Apache-2.0
import Failover

extension Command {
    private static let loginCodes: [(status: ExitStatus, meaning: String)] = [
        (.fine, "signed in, and stored"), (.failed, "the login was declined, refused or not made in time, or could not be stored"),
        (.usage, "nothing is known of a login there, there is no terminal and no --method, or the command line is wrong"),
        (.configuration, "the configuration has problems, which are listed"),
    ]

    static let modelsAuthLogin = Command(
        words: ["models", "auth", "login"], summary: "Sign in at a provider with an account",
        discussion: [
            "Prints the address to open, and opens it where there is a display. The browser comes back to this machine by itself; on a machine "
                + "without one, paste the address that it ends at, or use --method device, which asks for a code to be typed in a browser anywhere. Without a terminal "
                + "--method has to be named; paste reads standard input then.",
            "The login is stored in the agent's auth-profiles.json as <provider>:<e-mail address>, in the place of an earlier one of the same account. "
                + "A running gateway uses it at once, and renews it by itself before it ends.",
            "Applications other than the publicly known ones, and providers of your own: models.providers.<id>.login.",
        ],
        flags: [
            AuthLogin.provider, AuthLogin.method, AuthLogin.setDefault, AuthFlags.profile, AuthLogin.force, AuthLogin.open, AuthLogin.wait,
            AuthLogin.project, AuthFlags.agent,
        ],
        examples: [
            Example("understudy models auth login --provider google-gemini-cli --set-default", "Sign in, and use its model first."),
            Example("understudy models auth login --provider openai-codex --method device", "On a machine without a browser."),
            Example("understudy models auth login --provider openai-codex --profile-id openai-codex:work", "A second account."),
        ],
        exitCodes: loginCodes, run: { context throws(CommandFailure) in try await AuthLogin.run(context) })

    static let modelsAuthLoginGitHubCopilot = Command(
        words: ["models", "auth", "login-github-copilot"], summary: "Sign in at GitHub Copilot with a code to type in a browser",
        discussion: ["As models auth login --provider github-copilot, for those who know it by this name."],
        flags: [AuthFlags.profile, AuthFlags.yes, AuthLogin.open, AuthLogin.wait, AuthFlags.agent],
        examples: [Example("understudy models auth login-github-copilot", "Shows the code and where to type it.")],
        exitCodes: loginCodes,
        run: { context throws(CommandFailure) in
            try await AuthLogin(context, provider: "github-copilot").signIn(by: .device)
        })

    static let modelsAuthRefresh = Command(
        words: ["models", "auth", "refresh"], summary: "Renew a login now",
        discussion: [
            "The gateway does it by itself, five minutes before a login's token ends; this shows what is the matter where that fails. However many "
                + "programs ask at the same time, it is renewed once."
        ],
        parameters: [Parameter(name: "profile", summary: "Its id; may be left out where there is one login", optional: true)],
        flags: [AuthRefresh.always, AuthFlags.agent],
        examples: [
            Example("understudy models auth refresh", "The one login there is."),
            Example("understudy models auth refresh google-gemini-cli:default --force", "Although its token is still good."),
        ],
        exitCodes: [
            (.fine, "renewed, or not due"), (.failed, "it could not be renewed; says why and what mends it"),
            (.usage, "there are several, or none"), (.configuration, "the configuration has problems, which are listed"),
        ],
        run: { context throws(CommandFailure) in try await AuthRefresh.run(context) })
}
