// SPDX-License-Identifier: Apache-2.0

/// New members and elements: always behind the last one.
extension JSON5Edit {
    /// - Parameter path: Of something that is not there yet.
    mutating func insert(_ new: JSONValue, at path: [Step]) throws(JSON5EditProblem) {
        var depth = path.count - 1
        while depth > 0, value.at(path.prefix(depth)) == nil { depth -= 1 }
        let place = Array(path.prefix(depth))
        let rest = path.dropFirst(depth)
        guard let step = rest.first, let container = document.node(at: place), let parent = value.at(place) else {
            throw .noElement(path: path)
        }
        let whole = value.setting(new, at: path[...])
        guard let inner = whole.at(path.prefix(depth + 1)), inner.at(rest.dropFirst()) == new else {
            throw Self.misfit(step, parent, at: place)
        }
        if parent.isNull {
            guard let made = whole.at(place) else { throw .noElement(path: path) }
            let text = JSON5Style(document).text(
                of: made, indent: lineIndent(at: container.value.lowerBound), inline: isInline(place))
            return try replace(with: [JSON5Change(container.value, text)], meaning: whole)
        }
        try replace(with: insertion(of: inner, step, in: container, at: place), meaning: whole)
    }

    private static func misfit(_ step: Step, _ parent: JSONValue, at place: [Step]) -> JSON5EditProblem {
        switch (step, parent) {
        case (.key, .object), (.index, .array): .noElement(path: place + [step])
        default: .notContainer(path: place, kind: parent.kind)
        }
    }

    private func insertion(of new: JSONValue, _ step: Step, in container: JSON5Node, at place: [Step]) -> [JSON5Change] {
        let style = JSON5Style(document)
        let isInline = isInline(container, at: place)
        let close = container.value.upperBound - 1
        let indent = container.children.last.flatMap { ownIndent($0) } ?? lineIndent(at: container.value.lowerBound) + style.unit
        var text = style.text(of: new, indent: indent, inline: isInline)
        if case .key(let key) = step { text = style.name(key, beside: container, in: bytes) + ": " + text }

        guard let last = container.children.last else {
            return intoEmpty(text, container, indent: indent, inline: isInline, style: style)
        }
        let comma = comma(after: last.value.upperBound, before: close)
        let ending = comma == nil ? "" : ","
        guard !isInline else {
            return [JSON5Change(at: comma.map { $0 + 1 } ?? last.value.upperBound, (comma == nil ? ", " : " ") + text + ending)]
        }
        // Behind a comment that ends the last one's line, which is about that one.
        let rest = restOfLine(from: comma.map { $0 + 1 } ?? last.value.upperBound, before: close)
        var changes = [JSON5Change(at: rest.end, style.newline + indent + text + ending)]
        if comma == nil { changes.append(JSON5Change(at: last.value.upperBound, ",")) }
        if comma == nil, rest.end == last.value.upperBound {
            changes = [JSON5Change(at: rest.end, "," + style.newline + indent + text)]
        }
        return changes
    }

    /// Between brackets that hold nothing, or comments alone, which stay in front.
    private func intoEmpty(
        _ text: String, _ container: JSON5Node, indent: String, inline: Bool, style: JSON5Style
    ) -> [JSON5Change] {
        let open = container.value.lowerBound + 1
        let close = container.value.upperBound - 1
        let isObject = bytes[container.value.lowerBound] == Byte.openBrace
        let outer = lineIndent(at: container.value.lowerBound)
        let ending = style.endsWithComma ? "," : ""
        guard let comment = lastComment(from: open, to: close) else {
            let inside =
                inline ? (isObject ? " \(text) " : text) : style.newline + indent + text + ending + style.newline + outer
            return [JSON5Change(open..<close, inside)]
        }
        return [JSON5Change(comment..<close, style.newline + indent + text + ending + style.newline + outer)]
    }

    // MARK: On one line or on several

    /// Whether what is written at `path` has to stand on one line.
    func isInline(_ path: [Step]) -> Bool {
        guard !path.isEmpty, let parent = document.node(at: Array(path.dropLast())) else { return false }
        return isInline(parent, at: Array(path.dropLast()))
    }

    /// Whether a container's members stand beside one another. One that is empty does as what it stands in; a list there is on one line.
    private func isInline(_ container: JSON5Node, at path: [Step]) -> Bool {
        if let first = container.children.first {
            let starts = [container.value.lowerBound + 1] + container.children.dropLast().map(\.value.upperBound)
            let ends = [first.start] + container.children.dropFirst().map(\.start)
            return !zip(starts, ends).contains { hasLineEnd(from: $0, to: $1) }
        }
        if hasLineEnd(from: container.value.lowerBound, to: container.value.upperBound) { return false }
        if path.isEmpty { return false }
        return bytes[container.value.lowerBound] == Byte.openBracket || isInline(path)
    }
}

extension JSON5Node {
    /// Where its name begins, else its value.
    var start: Int { key?.lowerBound ?? value.lowerBound }
}
