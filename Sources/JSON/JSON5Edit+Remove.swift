// SPDX-License-Identifier: Apache-2.0

/// Members and elements that go.
extension JSON5Edit {
    /// What to take out for the child at `index`: its line, if it stands alone on it; and one comma.
    func removal(of index: Int, in container: JSON5Node) -> [JSON5Change] {
        let child = container.children[index]
        let close = container.value.upperBound - 1
        let next = index + 1 < container.children.count ? container.children[index + 1].start : close
        let comma = comma(after: child.value.upperBound, before: next)
        if container.children.count == 1, lastComment(from: child.value.upperBound, to: close) == nil,
            lastComment(from: container.value.lowerBound + 1, to: child.start) == nil
        {
            return [JSON5Change(container.value.lowerBound + 1..<close, "")]
        }

        var changes: [JSON5Change] = []
        var end = child.value.upperBound
        if let comma {
            if lastComment(from: end, to: comma) == nil {
                end = comma + 1
            } else {
                changes.append(JSON5Change(comma..<comma + 1, ""))
            }
        } else if index > 0, let before = self.comma(after: container.children[index - 1].value.upperBound, before: child.start) {
            // The last one of a list that does not end with a comma: the one before is the last now.
            changes.append(JSON5Change(before..<before + 1, ""))
        }
        changes.append(JSON5Change(span(from: child.start, to: end, before: next, isLast: next == close), ""))
        return changes
    }

    /// The whole lines of what stands from `start` to `end`, if nothing else stands on them, else it and the space to one side.
    private func span(from start: Int, to end: Int, before next: Int, isLast: Bool) -> Range<Int> {
        let line = lineStart(of: start)
        let rest = restOfLine(from: end, before: next)
        if rest.isWholeLine, bytes[line..<start].allSatisfy(Self.isBlank) { return line..<rest.next }
        var (from, to) = (start, end)
        while to < next, Self.isBlank(bytes[to]) { to += 1 }
        if isLast || reader(at: to).atLineEnd {
            to = end
            while from > 0, Self.isBlank(bytes[from - 1]) { from -= 1 }
        }
        return from..<to
    }
}
