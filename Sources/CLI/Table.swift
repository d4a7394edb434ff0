// SPDX-License-Identifier: Apache-2.0

/// Rows under headings, fitted to a width. Columns that can be done without go first; then text that is too long is cut at its end, first
/// in the widest column that may be cut.
struct Table: Sendable {
    struct Column: Hashable, Sendable {
        var heading: String
        /// The fewest columns it may be cut to. `nil`: it is never cut (an id to copy, a number).
        var least: Int?
        var right = false
        /// Its turn to be left out where the width is too small for all, from 1. `nil`: it always stays.
        var leaves: Int?

        static func fixed(_ heading: String, right: Bool = false, leaves: Int? = nil) -> Column {
            Column(heading: heading, least: nil, right: right, leaves: leaves)
        }

        static func flexible(_ heading: String, least: Int = 8, leaves: Int? = nil) -> Column {
            Column(heading: heading, least: least, leaves: leaves)
        }
    }

    struct Cell: Hashable, Sendable, ExpressibleByStringLiteral {
        var text: String
        var style: Style

        init(_ text: String, _ style: Style = .plain) {
            self.text = SafeText.line(text)
            self.style = style
        }

        init(stringLiteral value: String) { self.init(value) }
    }

    static let gap = "  "

    var columns: [Column]
    /// Each as long as `columns`.
    private(set) var rows: [[Cell]] = []

    init(_ columns: [Column]) { self.columns = columns }

    mutating func add(_ row: [Cell]) {
        precondition(row.count == columns.count, "a row of \(row.count) cells under \(columns.count) headings")
        rows.append(row)
    }

    /// The lines, headings first, no line with spaces at its end. `width` in terminal columns; `nil`: nothing is cut. A width that even
    /// the least widths exceed is exceeded.
    func lines(width: Int?, colour: Bool) -> [String] {
        if let width, let column = leaving(at: width) { return without(column).lines(width: width, colour: colour) }
        let widths = fitted(to: width)
        let heading = columns.map { Cell($0.heading, .faint) }
        return ([heading] + rows).map { row in line(row, widths: widths, colour: colour) }
    }

    func line(_ row: [Cell], widths: [Int], colour: Bool) -> String {
        var line = ""
        var pending = ""
        for (index, cell) in row.enumerated() {
            let text = TextWidth.cut(cell.text, to: widths[index])
            let spaces = String(repeating: " ", count: max(0, widths[index] - TextWidth.columns(text)))
            if index > 0 { pending += Self.gap }
            if columns[index].right { pending += spaces }
            if !text.isEmpty {
                line += pending + cell.style.paint(text, colour: colour)
                pending = ""
            }
            if !columns[index].right { pending += spaces }
        }
        return line
    }

    /// The column that is left out next, if even the least widths exceed `width`.
    private func leaving(at width: Int) -> Int? {
        let least = zip(columns, whole).reduce(Self.gap.count * (columns.count - 1)) { $0 + min($1.1, $1.0.least ?? $1.1) }
        guard least > width else { return nil }
        return columns.indices.filter { columns[$0].leaves != nil }.min { (columns[$0].leaves ?? 0) < (columns[$1].leaves ?? 0) }
    }

    private func without(_ column: Int) -> Table {
        var table = Table(columns)
        table.columns.remove(at: column)
        for row in rows { table.add(row.indices.filter { $0 != column }.map { row[$0] }) }
        return table
    }

    /// The width of each column uncut.
    private var whole: [Int] {
        columns.indices.map { index in
            ([columns[index].heading] + rows.map { $0[index].text }).map { TextWidth.columns($0) }.max() ?? 0
        }
    }

    func fitted(to width: Int?) -> [Int] {
        var widths = whole
        guard let width else { return widths }
        var excess = widths.reduce(0, +) + Self.gap.count * (columns.count - 1) - width
        while excess > 0 {
            let cuttable = widths.indices.filter { index in columns[index].least.map { widths[index] > $0 } ?? false }
            guard let widest = cuttable.max(by: { widths[$0] < widths[$1] }) else { break }
            // Down to the next widest one at once, rather than column by column.
            let next = cuttable.filter { $0 != widest }.map { widths[$0] }.max() ?? 0
            let floor = max(columns[widest].least ?? 0, min(next, widths[widest] - 1))
            let step = min(excess, widths[widest] - floor)
            widths[widest] -= step
            excess -= step
        }
        return widths
    }
}
