// SPDX-License-Identifier: Apache-2.0
import Providers

extension ModelsListReport {
    /// For people. `width` in terminal columns; `nil`: nothing is cut.
    func text(width: Int?, colour: Bool) -> String {
        var parts: [String] = []
        if models.isEmpty {
            parts.append(
                "No model is listed\(showsProviders ? "; a chain may name any that a provider serves." : ": understudy models list --all")")
        } else {
            parts.append(modelTable.lines(width: width, colour: colour).joined(separator: "\n"))
        }
        if showsProviders, !providers.isEmpty {
            parts.append(providerTable.lines(width: width, colour: colour).joined(separator: "\n"))
        }
        return parts.joined(separator: "\n\n")
    }

    /// Without the columns for prices where there is none.
    private var modelTable: Table {
        let hasPrices = models.contains { $0.price != nil }
        var columns: [Table.Column] = [
            .flexible("model", least: 32), .flexible("input", least: 5), .fixed("ctx", right: true),
            .fixed("out", right: true, leaves: 3),
        ]
        if hasPrices { columns += [.fixed("$ in/out", right: true, leaves: 4), .fixed("as of", leaves: 1)] }
        columns += [.fixed("local"), .fixed("auth"), .flexible("wire", least: 12, leaves: 2), .flexible("tags", least: 12)]
        var table = Table(columns)
        for row in models {
            var cells = [
                Table.Cell(row.key), Table.Cell(row.inputs.map(Self.words) ?? ""), Table.Cell(Self.short(row.contextWindow)),
                Table.Cell(Self.short(row.maxTokens)),
            ]
            if hasPrices { cells += [Table.Cell(row.price.map(Self.price) ?? ""), Table.Cell(row.price?.day ?? "")] }
            cells += [
                Table.Cell(row.isLocal ? "yes" : "no"), row.hasCredential ? Table.Cell("yes", .good) : Table.Cell("no", .bad),
                row.isSpoken || row.wire.isEmpty ? Table.Cell(row.wire) : Table.Cell("\(row.wire) (not spoken)", .warning),
                Table.Cell(row.tags.joined(separator: ",")),
            ]
            table.add(cells)
        }
        return table
    }

    private var providerTable: Table {
        var table = Table([
            .flexible("provider", least: 14), .flexible("wire", least: 12, leaves: 2), .flexible("url", least: 24), .fixed("auth"),
            .flexible("key from", least: 16), .flexible("note", least: 12, leaves: 1),
        ])
        for row in providers {
            let auth = row.hasCredential ? Table.Cell(row.needsCredential ? "yes" : "none needed", .good) : Table.Cell("no", .bad)
            table.add([
                Table.Cell(([row.id] + row.aliases).joined(separator: ", ")), Table.Cell(row.wire), Table.Cell(row.baseURL ?? "-"), auth,
                Table.Cell(row.variables.joined(separator: ", ")), Table.Cell(row.note ?? ""),
            ])
        }
        return table
    }

    /// `200k`, `1M`, `1.05M`; empty for what is not known.
    static func short(_ tokens: Int?) -> String {
        guard let tokens else { return "" }
        if tokens < 1000 { return String(tokens) }
        if tokens < 999_500 { return "\((tokens + 500) / 1000)k" }
        let hundredths = (tokens + 5000) / 10_000
        let rest = hundredths % 100
        let decimals = rest == 0 ? "" : rest % 10 == 0 ? ".\(rest / 10)" : rest < 10 ? ".0\(rest)" : ".\(rest)"
        return "\(hundredths / 100)\(decimals)M"
    }

    /// `5 / 25`, with a `+` where longer prompts cost more.
    static func price(_ price: Price) -> String {
        "\(plain(price.input)) / \(plain(price.output))\(price.promptsUpTo == nil ? "" : "+")"
    }

    private static func plain(_ number: Double) -> String {
        let text = String(number)
        return text.hasSuffix(".0") ? String(text.dropLast(2)) : text
    }
}
