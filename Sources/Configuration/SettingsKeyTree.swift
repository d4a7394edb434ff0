// SPDX-License-Identifier: Apache-2.0

/// `SettingsKeys` by the way down to each key. A `*` stands under the name `*`, elements under `[]`.
struct SettingsKeyTree: Sendable {
    /// All keys, from the top. Built once.
    static let root: SettingsKeyTree = {
        var root = SettingsKeyTree(kind: .section)
        for key in SettingsKeys.all { root.insert(key, at: steps(of: key.path)[...]) }
        return root
    }()

    /// An element of a list of texts.
    static let text = SettingsKeyTree(kind: .text)
    /// What is passed on as it is.
    static let anything = SettingsKeyTree(kind: .anything)

    var kind: SettingsKey.Kind
    var use: SettingsKey.Use = .used
    /// As `SettingsKey.fallback`.
    private(set) var fallback = ""
    private var children: [String: SettingsKeyTree] = [:]

    private init(kind: SettingsKey.Kind) { self.kind = kind }

    /// The key named `name` in this object; `nil` for one that is not known.
    func member(_ name: String) -> SettingsKeyTree? {
        let home = home
        return (home.children[name] ?? home.children["*"]).map(\.home)
    }

    /// What each element of this list is.
    var element: SettingsKeyTree? { children["[]"] }

    /// Whether the user chooses names here.
    var takesAnyName: Bool { home.children["*"] != nil }

    /// The known names here, sorted.
    var names: [String] { home.children.keys.filter { $0 != "*" && $0 != "[]" }.sorted() }

    /// Where the keys of this section are listed: at itself, or at the one it is the same as.
    private var home: SettingsKeyTree {
        guard case .same(let path) = kind else { return self }
        var tree = Self.root
        for step in Self.steps(of: path) {
            guard let next = tree.children[step] else { return self }
            tree = next
        }
        return tree
    }

    private mutating func insert(_ key: SettingsKey, at steps: ArraySlice<String>) {
        guard let first = steps.first else {
            (kind, use, fallback) = (key.kind, key.use, key.fallback)
            return
        }
        children[first, default: SettingsKeyTree(kind: .section)].insert(key, at: steps.dropFirst())
    }

    private static func steps(of path: String) -> [String] {
        path.split(separator: ".").flatMap { part in part.hasSuffix("[]") ? [String(part.dropLast(2)), "[]"] : [String(part)] }
    }
}
