// SPDX-License-Identifier: Apache-2.0
import Rehearsal
import Synchronization
import Telemetry
import Testing
import Transport

/// Upstreams that a test plays, each at a base URL of its own, and what they were asked in the order of asking.
final class Stage: Sendable {
    let loops: EventLoopGroup
    private let calls = Mutex<[Call]>([])

    /// One request that reached an upstream.
    struct Call: Hashable, Sendable, CustomStringConvertible {
        var provider: String
        var model: String
        var key: String
        var description: String { "\(provider)/\(model) \(key)" }
    }

    init() throws { loops = try EventLoopGroup(count: 1) }
    deinit { loops.stop() }

    /// Adds an upstream whose answers `play` chooses.
    func provider(_ name: String, _ play: @escaping @Sendable (AskedRequest) -> Script) throws -> ScriptedUpstream {
        try ScriptedUpstream(on: loops, log: Logger.silent, keeps: 1000) { [self] asked in
            calls.withLock { $0.append(Call(provider: name, model: asked.model, key: asked.key)) }
            return play(asked)
        }
    }

    /// Such as `deepseek/deepseek-v4-pro sk-1`.
    var asked: [String] { calls.withLock { $0.map(\.description) } }
    func calls(of provider: String) -> Int { calls.withLock { $0.count { $0.provider == provider } } }
    func forget() { calls.withLock { $0 = [] } }

    /// The settings of a gateway on these upstreams, in this order: `provider/m` each, the key of each its name behind `key-`.
    ///
    /// - Parameters:
    ///   - primary: `nil`: the first.
    ///   - more: Members for the top level, as JSON5 with a comma at its end.
    static func settings(
        _ upstreams: [(name: String, upstream: ScriptedUpstream)], primary: String? = nil, fallbacks: [String] = [], more: String = "",
        timeouts: (_ provider: String) -> String? = { _ in nil }
    ) -> String {
        let providers = upstreams.map { name, upstream in
            """
            "\(name)": {
              baseUrl: "\(upstream.baseURL)", api: "openai-completions", apiKey: "key-\(name)", models: [{ id: "m" }],
              timeouts: { \(timeouts(name) ?? "") },
            }
            """
        }
        let list = fallbacks.map { "\"\($0)\"" }.joined(separator: ", ")
        let first = primary ?? "\(upstreams.first?.name ?? "")/m"
        return """
            {
              \(more)
              models: { mode: "replace", providers: { \(providers.joined(separator: ",\n    ")) } },
              agents: { defaults: { model: { primary: "\(first)", fallbacks: [\(list)] } } },
            }
            """
    }

    static func says(_ text: String) -> @Sendable (AskedRequest) -> Script {
        { asked in .says(text, to: asked, pace: .zero) }
    }
}

/// Gives all tests of a suite one gateway and its upstreams, since a process for each row of a table would be slow.
struct Shared<Scene: TestScene>: SuiteTrait, TestScoping {
    func provideScope(for test: Test, testCase: Test.Case?, performing function: @Sendable () async throws -> Void) async throws {
        let scene = try await Scene()
        try await SceneHolder.$current.withValue(scene) { try await function() }
        await scene.stop()
    }
}

/// What `Shared` begins before a suite and ends after it.
protocol TestScene: AnyObject, Sendable {
    init() async throws
    func stop() async
}

extension TestScene {
    static var current: Self { get throws { try #require(SceneHolder.current as? Self) } }
}

private enum SceneHolder {
    @TaskLocal static var current: (any TestScene)?
}
