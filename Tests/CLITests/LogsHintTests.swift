// SPDX-License-Identifier: Apache-2.0
import Gateway
import Telemetry
import Testing

@testable import CLI

@Suite struct `What logs leave out` {
    @Test(arguments: [
        (LogQuery(limit: 200), LogPage.Omission.Cause.limit, true, "--limit 2000 shows more, --since 1h"),
        (LogQuery(limit: 300_000), .limit, true, "--limit 1000000 shows more"),
        (LogQuery(limit: 1_000_000), .limit, true, "no more is given at once; --since"),
        (LogQuery(limit: 200), .limit, false, "--limit 2000 shows more."),
        (LogQuery(limit: 1000), .limit, false, "--limit 5000 shows more."),
        (LogQuery(limit: 1_000_000), .limit, false, "on the gateway's own machine, this command without --url shows them."),
        (LogQuery(maxBytes: 250_000), .maxBytes, true, "--max-bytes 2500000 shows more."),
        (LogQuery(maxBytes: 1 << 30), .maxBytes, true, "no more is given at once"),
        (LogQuery(maxBytes: 5_000_000), .maxBytes, false, "--max-bytes 10000000 shows more."),
        (LogQuery(maxBytes: 1 << 30), .maxBytes, false, "without --url shows them."),
        (LogQuery(), .scan, false, "without --url looks at all."),
    ]) func `names a way to lines that are left out which there is`(
        query: LogQuery, cause: LogPage.Omission.Cause, here: Bool, words: String
    ) {
        let most = here ? (LogsFlags.limits.upperBound, LogsFlags.byteLimits.upperBound) : (LogsAPI.mostLines, LogsAPI.mostBytes)
        let text = LogsCommand.left(LogPage.Omission(cause: cause, bytes: 1234), query, most: most)
        #expect(text.contains(words) && text.contains("1234 bytes of older lines"), "\(text)")
    }
}
