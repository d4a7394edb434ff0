// SPDX-License-Identifier: Apache-2.0
import Failover
import JSON

/// What repairs change in the body of a `generateContent` request (docs/failover.md, "Repairs"). All bytes that a repair does not
/// name stay as they are.
enum GoogleRepairs {
    /// - Parameter isWrapped: The body is Cloud Code Assist's: the request is its member `request`.
    /// - Returns: `nil` if the repair would change nothing in `body`, or it is none of this wire.
    static func apply(_ repair: Repair, to body: [UInt8], isWrapped: Bool) -> [UInt8]? {
        nil
    }

    /// Calls `visit` with each part of each content, and the content, until it answers `false`.
    static func forEachPart(_ index: JSONIndex, _ bytes: RawSpan, _ visit: (_ part: JSONSlice, _ content: JSONSlice) -> Bool) {
        let request = index.root.google("request", in: bytes) ?? index.root
        var goesOn = true
        request.google("contents", in: bytes)?.forEachListed(in: bytes) { content in
            content.google("parts", in: bytes)?.forEachListed(in: bytes) { part in
                goesOn = part.kind != .object || visit(part, content)
                return goesOn
            }
            return goesOn
        }
    }
}
