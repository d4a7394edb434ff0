// SPDX-License-Identifier: Apache-2.0

/// All cells, in a fixed order.
enum FaultMatrix {
    /// What its cells have in common.
    enum Part: String, CaseIterable, Sendable {
        /// Closed after each event there is, with one, two or no other candidates.
        case closings
        /// The same with a reset connection.
        case resets
        /// All other faults.
        case others
        /// Whole replies.
        case plain
        /// Candidates on other wires than the client's.
        case crossed
    }

    struct Group: Hashable, Sendable {
        var client: PlayedWire
        var part: Part
    }

    static let cells: [MatrixCell] = groups.flatMap(\.1)

    /// Numbers of cells.
    static func numbers(_ client: PlayedWire, _ part: Part) -> Range<Int> {
        var start = 0
        for (group, cells) in groups {
            if group == Group(client: client, part: part) { return start..<start + cells.count }
            start += cells.count
        }
        return 0..<0
    }

    private static let groups: [(Group, [MatrixCell])] = PlayedWire.allCases.flatMap { client in
        Part.allCases.map { part in
            let cells =
                switch part {
                case .closings: closings(client)
                case .resets: resets(client)
                case .others: others(client)
                case .plain: plain(client)
                case .crossed: crossed(client)
                }
            return (Group(client: client, part: part), cells)
        }
    }

    private static func cell(
        _ client: PlayedWire, _ content: MatrixContent, _ fault: MatrixFault, _ position: MatrixCell.Position, _ turn: Int,
        isStreamed: Bool = true, wires: [PlayedWire]? = nil
    ) -> MatrixCell {
        let helpers = MatrixCell.Helper.allCases
        return MatrixCell(
            client: client, isStreamed: isStreamed, content: content, fault: fault, position: position,
            helper: helpers[turn % helpers.count], wires: wires ?? Array(repeating: client, count: 3))
    }

    /// Events of a whole stream.
    private static func count(_ wire: PlayedWire, _ content: MatrixContent) -> Int {
        let cell = cell(wire, content, .drips, .alone, 0)
        return cell.events(of: content.saying(on: wire, by: 0), on: wire, role: 0).count
    }

    private static func closings(_ client: PlayedWire) -> [MatrixCell] {
        MatrixContent.allCases.flatMap { content in
            (0...count(client, content)).flatMap { after -> [MatrixCell] in
                let positions: [MatrixCell.Position] = after % 3 == 1 ? [.first, .second] : after % 3 == 2 ? [.first, .alone] : [.first]
                return positions.map { cell(client, content, .closed(after: after), $0, after) }
            }
        }
    }

    private static let contents: [MatrixContent] = [.text, .call, .reasoning, .schema]

    /// With nobody left it is the same whatever was said.
    private static func positions(_ content: MatrixContent) -> [MatrixCell.Position] {
        content == .text ? MatrixCell.Position.allCases : [.first, .second]
    }

    private static func resets(_ client: PlayedWire) -> [MatrixCell] {
        MatrixContent.allCases.flatMap { content in
            (0...count(client, content)).filter { content == .text || $0 % 4 == 1 }.map { after in
                cell(client, content, .reset(after: after), MatrixCell.Position.allCases[after % 3], after)
            }
        }
    }

    private static func others(_ client: PlayedWire) -> [MatrixCell] {
        contents.flatMap { content -> [MatrixCell] in
            let middle = count(client, content) / 2
            let faults: [MatrixFault] = [
                .refused, .resetBeforeHead, .ended(after: 0), .ended(after: middle), .stalled(after: 0), .stalled(after: middle),
                .garbled(after: 0), .garbled(after: middle), .error(after: 0), .error(after: middle), .unterminated, .empty,
                .short(after: 0), .short(after: middle), .cutGzip(after: 0), .cutGzip(after: middle), .drips,
            ]
            return faults.enumerated().flatMap { turn, fault in
                positions(content).enumerated().map { cell(client, content, fault, $1, turn + $0) }
            }
        }
    }

    private static func plain(_ client: PlayedWire) -> [MatrixCell] {
        let faults: [MatrixFault] = [
            .refused, .resetBeforeHead, .reset(after: 0), .reset(after: 1), .closed(after: 0), .closed(after: 1), .ended(after: 1),
            .stalled(after: 0), .stalled(after: 1), .garbled(after: 0), .error(after: 0), .empty, .short(after: 0), .short(after: 1),
            .cutGzip(after: 1), .drips,
        ]
        return contents.flatMap { content in
            faults.flatMap { fault in positions(content).map { cell(client, content, fault, $0, 0, isStreamed: false) } }
        }
    }

    /// From each wire to each, the third back on the client's.
    private static func crossed(_ client: PlayedWire) -> [MatrixCell] {
        var cells: [MatrixCell] = []
        for first in PlayedWire.allCases {
            for second in PlayedWire.allCases where first != client || second != client {
                for content in MatrixContent.allCases {
                    let turn = cells.count
                    let position = turn % 2 == 0 ? MatrixCell.Position.first : .second
                    let wires = [first, second, client]
                    let middle = count(wires[position == .second ? 1 : 0], content) / 2
                    let faults: [MatrixFault] = [
                        .closed(after: middle), .garbled(after: middle), .error(after: middle), .closed(after: middle + turn % 3),
                        .ended(after: max(1, middle - 2)),
                    ]
                    cells.append(cell(client, content, faults[turn / 2 % 5], position, turn, wires: wires))
                }
                cells.append(cell(client, .text, .refused, .first, 0, isStreamed: false, wires: [first, second, client]))
                cells.append(cell(client, .call, .short(after: 1), .first, 0, isStreamed: false, wires: [first, second, client]))
            }
        }
        return cells
    }
}
