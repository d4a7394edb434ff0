// SPDX-License-Identifier: Apache-2.0

/// What the strict grammar found wrong, and where: two words, so that being able to throw costs the fast path nothing. It
/// becomes a `JSONProblem` once, at the edge.
struct ScanFault: Error {
    enum Kind: UInt8 {
        case empty, tooBig, tooDeep, tooManyMembers
        case value, key, colon, commaOrBrace, commaOrBracket, trailingComma
        case literal, digits, leadingZero
        case openString, control, escape, utf8
        case unfinished, trailing, byteOrderMark, repeatedKey
    }

    var kind: Kind
    /// Bytes before the place.
    var offset: Int

    init(_ kind: Kind, at offset: Int) {
        self.kind = kind
        self.offset = offset
    }

    var message: String {
        switch kind {
        case .empty: "the document is empty"
        case .tooBig: "the document has more bytes than are read"
        case .tooDeep: "arrays and objects are nested deeper than are read"
        case .tooManyMembers: "the top-level object has more members than are read"
        case .value: "a value should stand here"
        case .key: "a member's name in double quotes should stand here"
        case .colon: "a colon should follow the member's name here"
        case .commaOrBrace: "a comma or } should follow here"
        case .commaOrBracket: "a comma or ] should follow here"
        case .trailingComma: "a comma must not stand before this bracket"
        case .literal: "only true, false and null may stand without quotes"
        case .digits: "a digit should follow here"
        case .leadingZero: "a number must not begin with a zero and go on"
        case .openString: "the string that begins here is never closed"
        case .control: "a control character in a string must be written as an escape"
        case .escape: "this is not an escape that JSON has"
        case .utf8: "these bytes are not UTF-8"
        case .unfinished: "the document ends before it is complete"
        case .trailing: "nothing may follow the document's value"
        case .byteOrderMark: "a byte order mark must not stand before the document"
        case .repeatedKey: "this member's name has come before in the same object"
        }
    }
}

extension JSONProblem {
    init(_ fault: ScanFault, in bytes: RawSpan) { self.init(fault.message, at: fault.offset, in: bytes) }
}
