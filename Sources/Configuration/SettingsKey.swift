// SPDX-License-Identifier: Apache-2.0

/// One key of the settings: what it takes, what holds without it, what it is for.
public struct SettingsKey: Hashable, Sendable {
    /// With `*` for a name that the user chooses and `[]` for an element: `models.providers.*.models[].id`.
    public var path: String
    public var kind: Kind
    /// What holds where it is not written, as it would be written.
    public var fallback: String
    /// One sentence, with the unit where the name does not say it.
    public var meaning: String
    public var use: Use
    /// Whether a running gateway keeps the value that it was started with: `Settings.waitingForStart(since:)`.
    public var isFixedAtStart = false

    public enum Use: Hashable, Sendable {
        /// Read, checked and obeyed.
        case used
        /// Read and checked; obeyed once the part that needs it is there. Until then all goes as if `doing` were written; empty: as
        /// if nothing were.
        case later(doing: String)
        /// OpenClaw's: loads without error and is not looked at.
        case kept
    }

    /// Whether it is checked and does nothing yet.
    public var isLater: Bool { if case .later = use { true } else { false } }

    public enum Kind: Hashable, Sendable {
        case text
        /// Text, `${VARIABLE}`, or a `SecretReference`.
        case secret
        case url
        case flag
        case whole(ClosedRange<Int>)
        case number(ClosedRange<Double>)
        /// A whole number of milliseconds, or `auto`.
        case wholeOrAuto(ClosedRange<Int>)
        case choice([String])
        case texts
        /// A list of 1 to 10 numbers.
        case numbers(ClosedRange<Double>)
        /// `provider/model` or an alias, alone or as `{primary, fallbacks}`.
        case chain
        /// An object with the keys below it and no others.
        case section
        /// As `section`, but others may stand beside them.
        case openSection
        /// An object whose names the user chooses.
        case map
        /// A list of sections.
        case list
        /// An object that is passed on as it is.
        case object
        /// Has the keys of another section, named by its path.
        case same(String)
        case anything
    }
}

extension SettingsKey.Kind {
    /// Completes "it takes …".
    public var text: String {
        switch self {
        case .text: "text"
        case .secret: #"text, "${VARIABLE}" or a reference {source, provider, id}"#
        case .url: "an http or https URL with a host and without user, query or fragment"
        case .flag: "true or false"
        case .whole(let range): "a whole number from \(range.lowerBound) to \(range.upperBound)"
        case .number(let range): "a number from \(Self.plain(range.lowerBound)) to \(Self.plain(range.upperBound))"
        case .wholeOrAuto(let range): #""auto" or a whole number from \#(range.lowerBound) to \#(range.upperBound)"#
        case .choice(let names): (names.count == 1 ? "" : "one of ") + names.map { "\"\($0)\"" }.joined(separator: ", ")
        case .texts: "a list of texts"
        case .numbers(let range): "a list of 1 to 10 numbers from \(Self.plain(range.lowerBound)) to \(Self.plain(range.upperBound))"
        case .chain: #""provider/model", an alias, or {primary, fallbacks}"#
        case .section, .openSection, .map, .object, .same: "an object"
        case .list: "a list of objects"
        case .anything: "anything"
        }
    }

    /// Whether a value in it must not be shown.
    var isSecret: Bool { self == .secret }

    static func plain(_ number: Double) -> String {
        number == number.rounded() ? String(Int(number)) : String(number)
    }
}
