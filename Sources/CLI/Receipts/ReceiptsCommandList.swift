// SPDX-License-Identifier: Apache-2.0

extension CommandList {
    static let receipts = CommandList(
        commands: [.plan, .rehearse, .receipts, .explain],
        groups: [])
}
