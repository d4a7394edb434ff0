// SPDX-License-Identifier: Apache-2.0

/// The page docs/wire/crossings.md: what each wire has a place for, and what each pair of them loses, from the wires' own tables.
/// `understudy help --crossings` prints it; a test keeps the file equal to it.
public enum CrossingsPage {
    public static var markdown: String {
        var lines = [
            "# Crossings", "",
            "This page is printed by `understudy help --crossings`. It says what may be lost when a client of one wire is answered by a provider of",
            "another. On its own wire nothing is: such a request goes up as it came. A receipt names what one request lost (`lost`), by the names below.",
            "Text, tools and their results, images as data, limits of tokens and ends of replies cross every time.", "",
            "## What each wire has a place for", "",
        ]
        let kinds = WireKind.allCases
        let inTables = Feature.allCases.filter { !$0.isOfNoWire }
        lines += ["| feature | \(kinds.map(\.rawValue).joined(separator: " | ")) | what it is |"]
        lines += ["| --- |\(String(repeating: " :-: |", count: kinds.count)) --- |"]
        for feature in inTables {
            let marks = kinds.map { carries($0, feature) ? "yes" : "–" }.joined(separator: " | ")
            lines.append("| `\(feature.rawValue)` | \(marks) | \(feature.phrase) |")
        }
        lines += [
            "",
            "Having a place is the wire's matter: a single provider or model may refuse it all the same, and is then sent the request without it",
            "([repairs](../failover.md#repairs)).", "", "## Whatever the wires", "",
            "These depend on the request and on who answers it:", "", "| feature | what it is |", "| --- | --- |",
        ]
        lines += Feature.allCases.filter(\.isOfNoWire).map { "| `\($0.rawValue)` | \($0.phrase) |" }
        lines += [""] + madeFit
        lines += [
            "## Each pair", "",
            "What a request may hold on the client's wire and the provider's has no place for; and of a reply, the other way round.", "",
        ]
        lines += ["| client | provider | requests lose | replies lose |", "| --- | --- | --- | --- |"]
        for client in kinds where servesClients(client) {
            for upstream in kinds where upstream != client {
                let asked = names(inTables.filter { !$0.isOfReplies && carries(client, $0) && !carries(upstream, $0) })
                let told = names(inTables.filter { $0.isOfReplies && carries(upstream, $0) && !carries(client, $0) })
                lines.append("| \(client.rawValue) | \(upstream.rawValue) | \(asked) | \(told) |")
            }
        }
        return lines.joined(separator: "\n") + "\n"
    }

    private static let madeFit = [
        "## What is made fit",
        "",
        "Not lost, but written so that the provider takes it:",
        "",
        "- Names of tools that its wire refuses are respelled, each in the same way in every turn; the client gets its own names back.",
        "- A call that was never answered is answered with `The call was not answered.`, results stand right behind their calls, and a result",
        "  whose call is gone is told as text. Calls that share an id get ids of their own (`call_1`, `call_1_2`), in order.",
        "- Where nobody says anything, the user says `…`, or the instructions if there are any and the API wants them from somebody.",
        "- Half a character at the end of a streamed piece waits for its other half.",
        "- Counts that a provider did not give are left out, but for the details of the Responses API, where its SDKs demand numbers: there 0 may",
        "  stand for a count that nobody gave (`cached_tokens`, `cache_write_tokens`, `reasoning_tokens`). Receipts tell the two apart.",
        "",
    ]

    private static func carries(_ kind: WireKind, _ feature: Feature) -> Bool { kind.wire.translation.carries.contains(feature) }

    private static func names(_ features: [Feature]) -> String {
        features.isEmpty ? "nothing" : features.map { "`\($0.rawValue)`" }.joined(separator: ", ")
    }

    private static func servesClients(_ kind: WireKind) -> Bool {
        switch kind {
        case .openaiCompletions, .openaiResponses, .anthropicMessages, .googleGenerativeAI: true
        case .openaiCodexResponses, .googleGeminiCLI: false
        }
    }
}
