// SPDX-License-Identifier: Apache-2.0
import CLI

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

exit(await CommandLineTool.run(CommandLine.arguments))
