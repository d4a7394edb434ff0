// SPDX-License-Identifier: Apache-2.0
import CLI

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

// Before the first `await`: while one lasts, the main thread lets every signal through, handler or not.
if let status = CommandLineTool.followed() { exit(status) }
exit(await CommandLineTool.run(CommandLine.arguments))
