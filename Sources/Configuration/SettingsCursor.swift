// SPDX-License-Identifier: Apache-2.0
import Failover
import HTTP
import JSON

/// A place in the settings together with the key that describes it. Each way to read checks what stands there, reports what
/// will not do, and answers `nil` for that as for what is not written.
///
/// Asking for a name that `SettingsKeys` does not have is a fault of ours.
struct SettingsCursor {
    let reading: SettingsReading
    let value: SettingsValue
    let path: SettingsPath
    let key: SettingsKeyTree

    var top: JSONValue { value.top.value }

    // MARK: Down

    /// The member `name`; `nil` where it is not written.
    func child(_ name: String) -> SettingsCursor? {
        guard let key = key.member(name) else { preconditionFailure("\(path.text).\(name) is missing in SettingsKeys") }
        return member(name, key)
    }

    /// A member that is an object with known members: those that are not known have been reported.
    func section(_ name: String) -> SettingsCursor? { child(name)?.opened() }

    /// The members of an object whose names the user chooses, and their places.
    func entries(_ name: String) -> [(name: String, cursor: SettingsCursor)] {
        guard let map = child(name), map.isObject(), let key = map.key.member("*") else { return [] }
        return map.value.names.compactMap { name in map.member(name, key).map { (name, $0) } }
    }

    /// The elements of a list of sections, opened.
    func sections(_ name: String) -> [SettingsCursor] {
        guard let list = child(name) else { return [] }
        guard list.top.array != nil, let key = list.key.element else {
            list.mismatch()
            return []
        }
        return list.elements.compactMap { SettingsCursor(reading: reading, value: $0.value, path: $0.path, key: key).opened() }
    }

    /// This object, after a look at its members' names; `nil` if it is none.
    func opened() -> SettingsCursor? {
        guard isObject() else { return nil }
        if key.takesAnyName { return self }
        for name in value.names {
            if let known = key.member(name) {
                switch known.use {
                case .used: break
                case .kept: reading.keep(path.member(name))
                case .later(let doing): noteLater(name, known, doing)
                }
            } else if key.kind == .openSection {
                reading.keep(path.member(name))
            } else {
                reportUnknown(name)
            }
        }
        return self
    }

    /// Says of a member that it does nothing yet, unless what it asks for is done anyway.
    private func noteLater(_ name: String, _ key: SettingsKeyTree, _ doing: String) {
        guard let cursor = member(name, key), cursor.top.string != doing else { return }
        let instead = doing.isEmpty ? "" : ", which acts as \"\(doing)\" says"
        cursor.note("\(cursor.path.text) is not obeyed by this version\(instead)")
    }

    /// Reports a member that is not known.
    func reportUnknown(_ name: String) {
        guard !reading.isFull else { return reading.omit() }
        guard let layer = value.layer(with: name), let member = layer.value.object?[name] else { return }
        let nearest = NearestName.of(name, in: key.names)
        reading.report(
            at: layer.child(member, .key(name)), atName: true, path: path.member(name), found: "\(path.member(name).text) is no setting",
            expected: nearest == nil ? "\(path.text) has \(usedNames)" : "", nearest: nearest.map { path.member($0).text })
    }

    private var usedNames: String { key.names.filter { key.member($0)?.use != .kept }.joined(separator: ", ") }

    private func member(_ name: String, _ key: SettingsKeyTree) -> SettingsCursor? {
        let place = path.member(name)
        let layers = value.layers.flatMap { layer -> [SettingsValue.Layer] in
            guard let member = layer.value.object?[name] else { return [] }
            return reading.expanded(layer.child(member, .key(name)), at: place)
        }
        return SettingsValue(layers).map { SettingsCursor(reading: reading, value: $0, path: place, key: key) }
    }

    /// A list's elements: those of lower layers first.
    private var elements: [(value: SettingsValue, path: SettingsPath)] {
        var result: [(value: SettingsValue, path: SettingsPath)] = []
        for layer in value.layers.reversed() {
            for (index, element) in (layer.value.array ?? []).enumerated() {
                let place = path.element(result.count)
                if let value = SettingsValue(reading.expanded(layer.child(element, .index(index)), at: place)) {
                    result.append((value, place))
                }
            }
        }
        return result
    }

    // MARK: Values

    func text(_ name: String) -> String? { child(name)?.text() }

    /// The text here, with its variables put in. Never empty.
    func text() -> String? {
        guard case .string(let written) = top else { return mismatch() }
        switch Substitution.apply(to: written, variables: reading.variables) {
        case .text(""): return problem("\(path.text) is empty", "it takes \(key.kind.text)")
        case .text(let text): return text
        case .missing(let name):
            return problem(
                "Missing env var \"\(name)\" referenced at config path: \(path.text)", "set it, or write $${\(name)} for the text itself")
        case .tooLong: return problem("\(path.text) is longer than \(Substitution.limit >> 10) KB")
        }
    }

    func choice(_ name: String) -> String? {
        guard let child = child(name), let text = child.text() else { return nil }
        guard case .choice(let names) = child.key.kind, !names.contains(text) else { return text }
        return child.mismatch(nearest: NearestName.of(text, in: names).map { "\"\($0)\"" })
    }

    func flag(_ name: String) -> Bool? {
        guard let child = child(name) else { return nil }
        return child.top.bool ?? child.mismatch()
    }

    func whole(_ name: String) -> Int? {
        guard let child = child(name) else { return nil }
        guard let number = child.top.int, case .whole(let range) = child.key.kind, range.contains(number) else { return child.mismatch() }
        return number
    }

    func number(_ name: String) -> Double? { child(name)?.number() }

    func number() -> Double? {
        guard let number = top.double, case .number(let range) = key.kind, range.contains(number) else { return mismatch() }
        return number
    }

    /// A number of seconds, to the millisecond.
    func seconds(_ name: String) -> Duration? { number(name).map(Self.duration) }

    static func duration(seconds: Double) -> Duration { .milliseconds(Int64((seconds * 1000).rounded())) }

    /// A list of texts, each with its place.
    func texts(_ name: String) -> [(text: String, cursor: SettingsCursor)]? { child(name)?.texts() }

    func texts() -> [(text: String, cursor: SettingsCursor)]? {
        guard top.array != nil else { return mismatch() }
        let count = value.layers.reduce(0) { $0 + ($1.value.array?.count ?? 0) }
        guard count <= Self.listLimit else { return problem("\(path.text) has \(count) elements", "it takes \(Self.listLimit) at most") }
        return elements.compactMap { element in
            let cursor = SettingsCursor(reading: reading, value: element.value, path: element.path, key: SettingsKeyTree.text)
            return cursor.text().map { ($0, cursor) }
        }
    }

    /// Elements of a list of texts.
    private static let listLimit = 1000

    /// A list of seconds.
    func ladder(_ name: String) -> [Duration]? {
        guard let child = child(name) else { return nil }
        guard let elements = child.top.array, (1...10).contains(elements.count), case .numbers(let range) = child.key.kind else {
            return child.mismatch()
        }
        let numbers = elements.compactMap(\.double).filter(range.contains)
        return numbers.count == elements.count ? numbers.map(Self.duration) : child.mismatch()
    }

    func object(_ name: String) -> JSONObject? {
        guard let child = child(name) else { return nil }
        guard child.isObject() else { return nil }
        return child.wholeObject(depth: 0)
    }

    /// This object as one value: layers merged, texts as `text()` has them.
    private func wholeObject(depth: Int) -> JSONObject {
        var result: JSONObject = [:]
        for name in value.names {
            guard let member = member(name, SettingsKeyTree.anything) else { continue }
            if member.top.object != nil, depth < 32 {
                result[name] = .object(member.wholeObject(depth: depth + 1))
            } else if member.top.string == "" {
                result[name] = ""
            } else if member.top.string != nil {
                result[name] = member.text().map { .string($0) }
            } else {
                result[name] = member.top
            }
        }
        return result
    }

    // MARK: Problems

    func isObject() -> Bool {
        if top.object == nil { mismatch() }
        return top.object != nil
    }

    /// Reports that what stands here is not what the key takes.
    func mismatch(nearest: String? = nil) { report("\(path.text) is \(shown)", "it takes \(key.kind.text)", nearest: nearest) }

    /// As `mismatch`, in place of a value.
    func mismatch<Value>(nearest: String? = nil) -> Value? {
        mismatch(nearest: nearest)
        return nil
    }

    /// Reports a problem with what stands here.
    func report(_ found: String, _ expected: String = "", nearest: String? = nil) {
        reading.report(at: value.top, path: path, found: found, expected: expected, nearest: nearest)
    }

    /// As `report`, in place of a value.
    func problem<Value>(_ found: String, _ expected: String = "") -> Value? {
        report(found, expected)
        return nil
    }

    func note(_ text: String) { reading.note(at: value.top, path: path, text) }

    /// What stands here, as a message may say it.
    var shown: String {
        switch top {
        case .null: "null"
        case .bool(let flag): key.kind.isSecret ? "true or false" : String(flag)
        case .number(let number): key.kind.isSecret ? "a number" : String(number.text.prefix(40))
        case .string(let text): key.kind.isSecret ? "text" : Shown.quoted(text)
        case .array: "a list"
        case .object: "an object"
        }
    }
}
