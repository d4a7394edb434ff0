// SPDX-License-Identifier: Apache-2.0

/// The description of `understudy gateway run`; `GatewayRun` composes and runs it.
enum GatewayRunFlags {
    static let port = Flag(
        "port", .number(placeholder: "n", range: 0...65_535), "The port to listen on instead of gateway.port (7100); 0 takes a free one",
        example: "7100")
    static let bind = Flag(
        "bind", .text(placeholder: "where"), "Where to listen instead of gateway.bind: loopback, lan, or an address", example: "loopback")
    static let auth = Flag("auth", .choice(["token", "none"]), "Whether clients need a token, instead of gateway.auth.mode")
    static let token = Flag(
        "token", .secret(placeholder: "token"),
        "The clients' token: - reads standard input, env:NAME a variable, as UNDERSTUDY_GATEWAY_TOKEN does",
        example: "ust_…")
    static let force = Flag(
        "force", .toggle,
        "End the gateway that runs on the state folder, and whatever program of yours listens on the port, before starting")
    static let allowUnconfigured = Flag(
        "allow-unconfigured", .toggle, "Taken for OpenClaw's sake: without a configuration the rehearsal provider plays anyway")
    static let verbose = Flag("verbose", .toggle, "Log at level debug")
}

extension Command {
    static let gatewayRun = Command(
        words: ["gateway", "run"], summary: "Run the gateway until it is told to stop",
        discussion: [
            "Listens for clients of the OpenAI API and answers each request from its chain of models and credentials. Prints the address, the "
                + "token and a curl line to paste when it is ready; logs go to standard error.",
            "Without a configuration file it plays the rehearsal provider, which needs no key. A changed file is loaded as it is saved, and on SIGHUP.",
            "SIGTERM, Ctrl-C and understudy gateway stop end it: it takes nothing new, lets requests go on for gateway.stopGraceSeconds (30), and "
                + "then ends them with an error of their API. A second signal ends it at once.",
        ],
        flags: [
            GatewayRunFlags.port, GatewayRunFlags.bind, GatewayRunFlags.auth, GatewayRunFlags.token, GatewayRunFlags.verbose,
            GatewayRunFlags.force, GatewayRunFlags.allowUnconfigured,
        ],
        examples: [
            Example("understudy gateway run", "Start on port 7100 of this machine."),
            Example("understudy gateway run --port 8080 --config ./understudy.json", "Another port and another file."),
            Example("understudy gateway run --config ~/.openclaw/openclaw.json", "Run on OpenClaw's configuration in place."),
        ],
        exitCodes: [
            (.fine, "stopped as asked"), (.failed, "the port is taken, or the state folder cannot be used"),
            (.configuration, "the configuration has problems, which are listed"),
        ],
        run: { context throws(CommandFailure) in try await GatewayRun.run(context) })
}
