// SPDX-License-Identifier: Apache-2.0

/// What changed between two versions of a file, as `diff -u` shows it.
enum UnifiedDiff {
    /// Lines around a change.
    static let context = 3
    /// Lines of a change that are compared one by one; a bigger one is shown as all old lines and all new ones.
    private static let compared = 2000

    private enum Edit {
        case same(ConfigMask.Line)
        case removed(ConfigMask.Line)
        case added(ConfigMask.Line)
    }

    static func lines(from old: [ConfigMask.Line], to new: [ConfigMask.Line], path: String, isNew: Bool) -> [String] {
        let edits = edits(old, new)
        let changed = edits.indices.filter { if case .same = edits[$0] { false } else { true } }
        guard let first = changed.first else { return [] }
        var result = [isNew ? "--- /dev/null" : "--- \(path)", "+++ \(path)"]
        var hunks: [Range<Int>] = []
        var start = max(0, first - context)
        var end = first
        for index in changed {
            if index > end + 2 * context {
                hunks.append(start..<min(edits.count, end + context + 1))
                start = index - context
            }
            end = index
        }
        hunks.append(start..<min(edits.count, end + context + 1))
        var place = 0
        var (oldLine, newLine) = (1, 1)
        for hunk in hunks {
            while place < hunk.lowerBound { advance(edits[place], &place, &oldLine, &newLine) }
            let (oldStart, newStart) = (oldLine, newLine)
            var body: [String] = []
            while place < hunk.upperBound {
                body.append(text(edits[place]))
                advance(edits[place], &place, &oldLine, &newLine)
            }
            result.append("@@ -\(range(oldStart, oldLine - oldStart)) +\(range(newStart, newLine - newStart)) @@")
            result += body
        }
        return result
    }

    private static func range(_ start: Int, _ count: Int) -> String {
        count == 1 ? "\(start)" : "\(count == 0 ? start - 1 : start),\(count)"
    }

    private static func advance(_ edit: Edit, _ place: inout Int, _ old: inout Int, _ new: inout Int) {
        place += 1
        switch edit {
        case .same: (old, new) = (old + 1, new + 1)
        case .removed: old += 1
        case .added: new += 1
        }
    }

    private static func text(_ edit: Edit) -> String {
        switch edit {
        case .same(let line): " " + line.shown
        case .removed(let line): "-" + line.shown
        case .added(let line): "+" + line.shown
        }
    }

    /// The shortest way from one to the other, by the longest common subsequence of what lies between the lines that are the same at both
    /// ends.
    private static func edits(_ old: [ConfigMask.Line], _ new: [ConfigMask.Line]) -> [Edit] {
        var head = 0
        while head < old.count, head < new.count, old[head].text == new[head].text { head += 1 }
        var tail = 0
        while tail < old.count - head, tail < new.count - head, old[old.count - 1 - tail].text == new[new.count - 1 - tail].text {
            tail += 1
        }
        let (a, b) = (old[head..<old.count - tail], new[head..<new.count - tail])
        let middle = a.count > compared || b.count > compared ? a.map(Edit.removed) + b.map(Edit.added) : between(Array(a), Array(b))
        return old[..<head].map(Edit.same) + middle + new[(new.count - tail)...].map(Edit.same)
    }

    private static func between(_ old: [ConfigMask.Line], _ new: [ConfigMask.Line]) -> [Edit] {
        // lengths[i][j]: common lines of old[i...] and new[j...].
        var lengths = [[Int]](repeating: [Int](repeating: 0, count: new.count + 1), count: old.count + 1)
        for i in old.indices.reversed() {
            for j in new.indices.reversed() {
                lengths[i][j] = old[i].text == new[j].text ? lengths[i + 1][j + 1] + 1 : max(lengths[i + 1][j], lengths[i][j + 1])
            }
        }
        var result: [Edit] = []
        var (i, j) = (0, 0)
        while i < old.count || j < new.count {
            if i < old.count, j < new.count, old[i].text == new[j].text {
                result.append(.same(new[j]))
                (i, j) = (i + 1, j + 1)
            } else if j == new.count || i < old.count && lengths[i + 1][j] >= lengths[i][j + 1] {
                result.append(.removed(old[i]))
                i += 1
            } else {
                result.append(.added(new[j]))
                j += 1
            }
        }
        return result
    }
}
