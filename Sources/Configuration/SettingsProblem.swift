// SPDX-License-Identifier: Apache-2.0

/// One thing that is wrong with the settings: where it stands, what was read, what would do.
public struct SettingsProblem: Error, Hashable, Sendable, CustomStringConvertible {
    /// The file's path as it was given or included; `environment` or `command line` for what stands in no file.
    public var file: String
    /// From 1; `nil` for the whole file.
    public var line: Int?
    /// From 1, in Unicode scalars.
    public var column: Int?
    /// Such as `models.providers.openai.baseUrl`; empty for the whole file.
    public var path: String
    /// What was read, as a clause: `gateway.port is "eighty"`. Quotes no secret.
    public var found: String
    /// What would do, as a clause: `it takes a whole number from 1 to 65535`. Empty where `found` says it all.
    public var expected: String
    /// The known key or value that was probably meant.
    public var nearest: String?

    public init(
        file: String, line: Int? = nil, column: Int? = nil, path: String = "", found: String, expected: String = "", nearest: String? = nil
    ) {
        self.file = file
        self.line = line
        self.column = column
        self.path = path
        self.found = found
        self.expected = expected
        self.nearest = nearest
    }

    /// One line: `understudy.json:3:11: gateway.port is "eighty"; it takes a whole number from 1 to 65535.`
    public var text: String {
        let place = [line, column].compactMap(\.self).reduce(file) { "\($0):\($1)" }
        let clause = expected.isEmpty ? found : "\(found); \(expected)"
        return "\(place): \(clause).\(nearest.map { " Did you mean \($0)?" } ?? "")"
    }

    public var description: String { text }
}

/// Everything that is wrong with one reading, in the order of the files. Never empty.
public struct SettingsProblems: Error, Hashable, Sendable, CustomStringConvertible {
    /// The most that are told at once.
    public static let limit = 20

    public var problems: [SettingsProblem]
    /// How many more there are beyond the limit.
    public var omitted: Int
    /// The files that were read or looked for: what to watch for a change.
    public var files: [String]

    public init(_ problems: [SettingsProblem], omitted: Int = 0, files: [String] = []) {
        self.problems = problems
        self.omitted = omitted
        self.files = files
    }

    /// With those that are not told.
    public var count: Int { problems.count + omitted }

    /// A line for each problem.
    public var text: String {
        let lines = problems.map(\.text) + (omitted > 0 ? ["… and \(omitted) more."] : [])
        return lines.joined(separator: "\n")
    }

    public var description: String { text }
}

/// Something that an operator should know, though the settings are in force.
public struct SettingsNote: Hashable, Sendable, CustomStringConvertible {
    /// The most of one reading.
    public static let limit = 100

    /// `environment` for what stands in no file.
    public var file: String
    public var line: Int?
    /// Empty for the whole file.
    public var path: String
    /// A sentence without its full stop. Quotes no secret.
    public var text: String

    public init(file: String, line: Int? = nil, path: String = "", text: String) {
        self.file = file
        self.line = line
        self.path = path
        self.text = text
    }

    public var description: String { "\(file)\(line.map { ":\($0)" } ?? ""): \(text)" }
}
