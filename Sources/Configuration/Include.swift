// SPDX-License-Identifier: Apache-2.0
import JSON

/// `$include`: a text or a list of texts in any object of ours ("Config includes" in
/// https://docs.openclaw.ai/gateway/configuration-reference).
///
/// Paths count from the including file. Later files win over earlier ones, the members beside `$include` over all of them.
enum Include {
    static let key = "$include"
    /// Files within files.
    static let depthLimit = 10
    /// Includes in one reading.
    static let limit = 256

    /// `path`, which stands in the file `from`, without `.` and `..` parts.
    static func path(_ path: String, from file: String) -> String {
        normal(path.hasPrefix("/") ? path : folder(of: file) + "/" + path)
    }

    /// The part before the last slash; empty for a bare name.
    static func folder(of path: String) -> String {
        guard let slash = path.lastIndex(of: "/") else { return "" }
        return slash == path.startIndex ? "/" : String(path[..<slash])
    }

    /// A path without empty, `.` and `..` parts. One that leads above its start keeps the `..` it needs for that.
    static func normal(_ path: String) -> String {
        var parts: [Substring] = []
        let isAbsolute = path.hasPrefix("/")
        for part in path.split(separator: "/") where part != "." {
            if part != ".." {
                parts.append(part)
            } else if let last = parts.last, last != ".." {
                parts.removeLast()
            } else if !isAbsolute {
                parts.append(part)
            }
        }
        return (isAbsolute ? "/" : "") + parts.joined(separator: "/")
    }

    /// Whether `path` is `folder` or below it. Both normal.
    static func isInside(_ path: String, _ folder: String) -> Bool {
        if folder.isEmpty { return !path.hasPrefix("/") && path != ".." && !path.hasPrefix("../") }
        return folder == "/" ? path.hasPrefix("/") : path == folder || path.hasPrefix(folder + "/")
    }
}

extension SettingsReading {
    /// A layer and, if it includes files, theirs below it; what wins comes first.
    func expanded(_ layer: SettingsValue.Layer, at path: SettingsPath) -> [SettingsValue.Layer] {
        guard case .object(var own) = layer.value, let wanted = own[Include.key] else { return [layer] }
        own[Include.key] = nil
        let place = layer.child(wanted, .key(Include.key))
        var texts: [(String, SettingsValue.Layer)] = []
        switch wanted {
        case .string(let text): texts = [(text, place)]
        case .array(let elements) where elements.allSatisfy({ $0.string != nil }):
            texts = elements.enumerated().map { ($0.element.string ?? "", place.child($0.element, .index($0.offset))) }
        default:
            report(
                at: place, path: path.member(Include.key), found: "\(path.member(Include.key).text) is no path",
                expected: "it takes a path or a list of paths")
        }
        var rest = layer
        rest.value = .object(own)
        var layers = own.isEmpty ? [] : [rest]
        for (text, place) in texts.reversed() {
            guard let included = include(text, at: place, path) else { continue }
            let found = expanded(included, at: path)
            if let above = layers.first, let first = found.first, !above.value.merges(with: first.value) {
                report(
                    at: place, path: path.member(Include.key), found: "\(Shown.quoted(text)) cannot be merged with what else stands here",
                    expected: "objects merge with objects, and lists with lists")
                continue
            }
            layers += found
        }
        return layers.isEmpty ? [rest] : layers
    }

    private func include(_ text: String, at place: SettingsValue.Layer, _ path: SettingsPath) -> SettingsValue.Layer? {
        let member = path.member(Include.key)
        func refuse(_ found: String, _ expected: String = "") -> SettingsValue.Layer? {
            report(at: place, path: member, found: found, expected: expected)
            return nil
        }
        includes += 1
        guard place.trail.count <= Include.depthLimit else {
            return refuse(
                "\(Shown.quoted(text)) is the \(place.trail.count)th file within a file", "at most \(Include.depthLimit) are followed")
        }
        guard includes <= Include.limit else {
            return refuse("this is the \(includes)th $include", "at most \(Include.limit) are followed")
        }
        guard !text.isEmpty, text.utf8.count <= 4096, !text.utf8.contains(0) else { return refuse("\(member.text) names no file") }
        let full = Include.path(text, from: files[place.file].path)
        let resolved = Include.normal(source.resolved(full))
        guard includeRoots.contains(where: { Include.isInside(resolved, $0) }) else {
            return refuse(
                "\(Shown.quoted(text)) is outside the folder of the settings",
                "move it there, or name its folder in UNDERSTUDY_INCLUDE_ROOTS")
        }
        if let known = files.firstIndex(where: { $0.path == full }) {
            guard !place.trail.contains(known) else { return refuse("\(Shown.quoted(text)) includes itself, directly or through others") }
            return root(of: known, trail: place.trail)
        }
        switch bytes(at: full) {
        case .success(let bytes?): return root(of: add(full, bytes: bytes), trail: place.trail)
        case .success(nil): return refuse("there is no file \(Shown.quoted(full))")
        case .failure(let problem): return refuse("the file \(Shown.quoted(full)) \(problem.text)")
        }
    }
}
