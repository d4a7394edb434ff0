// SPDX-License-Identifier: Apache-2.0
import JSON
import TestSupport
import Testing

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// A name server that does not answer: `getaddrinfo` is one of ours then, which takes a minute over one name. The loader puts it into the
/// gateway's process, which only Linux lets a test do.
@Suite(.timeLimit(.minutes(5)), .enabled(if: SilentNames.compiler != nil)) struct `A name server that is silent` {
    @Test func `holds up the calls that wait for it, each to its limit, and nothing else`() async throws {
        let stage = try Stage()
        let spare = try stage.provider("spare", Stage.says("The understudy."))
        let gateway = try await RunningGateway(
            settings: """
                {
                  timeouts: { connectSeconds: 1 },
                  models: { mode: "replace", providers: {
                    lead: { baseUrl: "https://silent.example/v1", api: "openai-completions", apiKey: "key-lead", models: [{ id: "m" }] },
                    spare: { baseUrl: "\(spare.baseURL)", api: "openai-completions", apiKey: "key-spare", models: [{ id: "m" }] },
                  } },
                  agents: { defaults: { model: { primary: "lead/m", fallbacks: ["spare/m"] } } },
                }
                """, environment: ["LD_PRELOAD": try await SilentNames.library()])
        let began = ContinuousClock.now
        #expect(try await gateway.ask("default").content == "The understudy.")
        #expect(ContinuousClock.now - began < .seconds(SilentNames.seconds / 2))
        // Whichever loop takes them, and also while the process ends.
        for _ in 0..<8 { #expect(try await gateway.get("/health").status == 200) }
        await gateway.stop()
        #expect(ContinuousClock.now - began < .seconds(SilentNames.seconds))
    }
}

enum SilentNames {
    static let seconds = 60

    static let compiler: String? = {
        #if os(Linux)
            ["/usr/bin/cc", "/usr/bin/clang", "/usr/bin/gcc"].first { access($0, X_OK) == 0 }
        #else
            nil
        #endif
    }()

    private static let source = """
        #define _GNU_SOURCE
        #include <dlfcn.h>
        #include <netdb.h>
        #include <string.h>
        #include <unistd.h>
        typedef int (*Function)(const char *, const char *, const struct addrinfo *, struct addrinfo **);
        int getaddrinfo(const char *name, const char *service, const struct addrinfo *hints, struct addrinfo **found) {
            if (name && strstr(name, "silent.example")) { sleep(\(seconds)); return EAI_AGAIN; }
            return ((Function)dlsym(RTLD_NEXT, "getaddrinfo"))(name, service, hints, found);
        }
        """

    private static let folder = Result { try TemporaryHome() }

    /// The path of the library that the loader is to put first.
    static func library() async throws -> String {
        let home = try folder.get()
        try home.write(source, to: "silent.c")
        let finished = try await BuiltBinary(program: try #require(compiler)).run(
            ["-shared", "-fPIC", "-o", home.path + "/silent.so", home.path + "/silent.c", "-ldl"], home: home)
        try #require(finished.status == 0, "\(finished.error)")
        return home.path + "/silent.so"
    }
}
