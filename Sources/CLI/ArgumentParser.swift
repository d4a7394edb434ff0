// SPDX-License-Identifier: Apache-2.0

/// Turns the words of a command line into an `Invocation`. Pure; the words are those after the program's name.
///
/// Flags may stand before, between and behind the command's words. `--` ends them: what follows is not a flag. A flag that is given
/// twice counts as given last, but for those of kind `texts`.
struct ArgumentParser: Sendable {
    var list: CommandList

    /// What the person asked for.
    enum Request: Sendable {
        case run(Invocation)
        /// Help about a command, a group, or (no words) the program.
        case help([String], Invocation?)
    }

    /// - Throws: A `CommandFailure` with `.usage` that names the word it stopped at and the nearest known one.
    func parse(_ words: [String]) throws(CommandFailure) -> Request {
        let (path, places) = commandWords(in: words)
        guard let command = list.command(path) else { return try withoutCommand(words, path: path, places: places) }
        var invocation = Invocation(command: command)
        var reading = Reading(words: words, taken: places)
        while let word = reading.next() {
            switch word {
            case .plain(let text): invocation.words.append(text)
            case .long(let name, let value): try read(name, attached: value, shown: "--" + name, from: &reading, into: &invocation)
            case .short(let letter):
                guard let flag = command.allFlags.first(where: { $0.short == letter }) else {
                    throw wrong(command, "-\(letter) is not a flag of this command.", nearest: nil)
                }
                try read(flag.name, attached: nil, shown: "-\(letter)", from: &reading, into: &invocation)
            case .unreadable(let text): throw wrong(command, "\"\(text)\" is not a flag.", nearest: nil)
            }
        }
        if invocation.isOn(.help) { return .help(path, invocation) }
        try checkWords(invocation, path: path)
        return .run(invocation)
    }

    // MARK: Command words

    /// The longest run of words that name a command or group, and where they stand. Flags are stepped over with their values.
    private func commandWords(in words: [String]) -> (path: [String], places: Set<Int>) {
        var path: [String] = []
        var places: Set<Int> = []
        var reading = Reading(words: words, taken: [])
        while let word = reading.next() {
            switch word {
            case .long(let name, nil) where list.takesValue(name) == true: reading.skipValue()
            case .short(let letter) where list.commands.flatMap(\.allFlags).contains { $0.short == letter && $0.takesValue }:
                reading.skipValue()
            case .long, .short, .unreadable: continue
            case .plain(let text):
                guard list.knows(prefix: path + [text]) else { return (path, places) }
                path.append(text)
                places.insert(reading.position)
            }
        }
        return (path, places)
    }

    /// `understudy`, `understudy --help`, `understudy --version`, `understudy config`, or a word nobody knows.
    private func withoutCommand(_ words: [String], path: [String], places: Set<Int>) throws(CommandFailure) -> Request {
        let known = Flag.everywhere + (path.isEmpty ? [Flag.version] : [])
        var reading = Reading(words: words, taken: places)
        var asked: Set<String> = []
        let shown = (["understudy"] + path).joined(separator: " ")
        while let word = reading.next() {
            var flag: Flag?
            var name = ""
            var attached: String?
            switch word {
            case .plain(let text):
                let subject = path.isEmpty ? "\"\(text)\" is not a command." : "\"\(text)\" is not one of its commands."
                throw usage(shown, subject, nearest: NearestWord.of(text, in: list.nextWords(after: path)).map { "\"\($0)\"" }, help: path)
            case .long(let text, let value):
                (flag, name, attached) = (known.first { $0.answers(to: text) }, "--" + text, value)
                if flag == nil, text.hasPrefix("no-") {
                    flag = known.first { $0.kind == .toggle && $0.answers(to: String(text.dropFirst(3))) }
                }
            case .short(let letter): (flag, name) = (known.first { $0.short == letter }, "-\(letter)")
            case .unreadable(let text): name = text
            }
            guard let flag else {
                let nearest = NearestWord.of(String(name.drop { $0 == "-" }), in: known.map(\.name)).map { "--" + $0 }
                throw usage(shown, "\(name) is not a flag here, and no command is named.", nearest: nearest, help: path)
            }
            asked.insert(flag.name)
            if flag.takesValue, attached == nil { reading.skipValue() }
        }
        if asked.contains(Flag.version.name), let version = list.command(["version"]) {
            var invocation = Invocation(command: version)
            if asked.contains(Flag.json.name) { invocation.flags[Flag.json.name] = .toggle(true) }
            return .run(invocation)
        }
        return .help(path, nil)
    }

    // MARK: Flags and parameters

    private func read(
        _ typed: String, attached: String?, shown: String, from reading: inout Reading, into invocation: inout Invocation
    ) throws(CommandFailure) {
        let command = invocation.command
        if let flag = command.flag(named: typed) {
            guard flag.takesValue else {
                if let attached { throw wrong(command, "\(shown) takes no value, and \"\(attached)\" was given.", nearest: nil) }
                invocation.flags[flag.name] = .toggle(true)
                return
            }
            guard let text = attached ?? reading.value() else {
                let such = flag.example.isEmpty ? "" : ", such as \(shown) \(flag.example)"
                throw wrong(command, "\(shown) needs a value\(such).", nearest: nil)
            }
            guard let value = flag.value(text) else {
                throw wrong(command, "\(shown) takes \(flag.expectation), and \"\(text)\" is not one.", nearest: nil)
            }
            if case .texts(let earlier)? = invocation.flags[flag.name], case .texts(let more) = value {
                invocation.flags[flag.name] = .texts(earlier + more)
            } else {
                invocation.flags[flag.name] = value
            }
            return
        }
        if typed.hasPrefix("no-"), let flag = command.flag(named: String(typed.dropFirst(3))), flag.kind == .toggle {
            if let attached { throw wrong(command, "\(shown) takes no value, and \"\(attached)\" was given.", nearest: nil) }
            invocation.flags[flag.name] = .toggle(false)
            return
        }
        let meant = typed.hasPrefix("no-") ? String(typed.dropFirst(3)) : typed
        let nearest = NearestWord.of(meant, in: command.allFlags.map(\.name)).map { "--" + $0 }
        throw wrong(command, "\(shown) is not a flag of this command.", nearest: nearest)
    }

    private func checkWords(_ invocation: Invocation, path: [String]) throws(CommandFailure) {
        let command = invocation.command
        let needed = command.parameters.filter { !$0.optional }.count
        if invocation.words.count < needed {
            throw wrong(command, "<\(command.parameters[invocation.words.count].name)> is missing.", nearest: nil)
        }
        if let empty = invocation.words.firstIndex(of: ""), empty < command.parameters.count {
            throw wrong(command, "<\(command.parameters[empty].name)> is empty.", nearest: nil)
        }
        let most = command.parameters.last?.repeats == true ? Int.max : command.parameters.count
        guard invocation.words.count > most else { return }
        let extra = invocation.words[most]
        if path.count < command.words.count, let group = list.group(path) {
            // `understudy gateway strat`: the group's words found their stand-in, but another word was meant.
            let nearest = NearestWord.of(extra, in: list.nextWords(after: path)).map { "\"\($0)\"" }
            throw usage(group.name, "\"\(extra)\" is not one of its commands.", nearest: nearest, help: path)
        }
        let takes = most == 0 ? "takes none" : "takes \(most)"
        throw wrong(command, "\"\(extra)\" is one word too many; this command \(takes).", nearest: nil)
    }

    // MARK: Errors

    private func wrong(_ command: Command, _ what: String, nearest: String?) -> CommandFailure {
        usage(command.name, what, nearest: nearest, help: command.words)
    }

    private func usage(_ shown: String, _ what: String, nearest: String?, help: [String]) -> CommandFailure {
        let place = shown == "understudy" ? "" : shown.dropFirst("understudy ".count) + ": "
        let suggestion = nearest.map { " Did you mean \($0)?" } ?? ""
        let see = (["understudy"] + help + ["--help"]).joined(separator: " ")
        return CommandFailure(.usage, place + what + suggestion, hints: ["see: \(see)"])
    }
}

/// The words of a line, one after the other, told apart by their dashes.
private struct Reading {
    enum Word {
        case plain(String)
        case long(String, value: String?)
        case short(Character)
        /// Starts with a dash and is neither: `-xyz`, `--=`.
        case unreadable(String)
    }

    let words: [String]
    /// Places that belong to the command's own words.
    let taken: Set<Int>
    /// The place of the word that `next` gave last.
    private(set) var position = -1
    /// Whether `--` has been read.
    private var flagsEnded = false

    init(words: [String], taken: Set<Int>) {
        self.words = words
        self.taken = taken
    }

    mutating func next() -> Word? {
        position += 1
        while taken.contains(position) { position += 1 }
        guard position < words.count else { return nil }
        let word = words[position]
        if flagsEnded || word == "-" || !word.hasPrefix("-") { return .plain(word) }
        if word == "--" {
            flagsEnded = true
            return next()
        }
        if word.hasPrefix("--") {
            let body = word.dropFirst(2)
            guard let equals = body.firstIndex(of: "=") else { return .long(String(body), value: nil) }
            let name = String(body[..<equals])
            return name.isEmpty ? .unreadable(word) : .long(name, value: String(body[body.index(after: equals)...]))
        }
        guard word.count == 2, let letter = word.last else { return .unreadable(word) }
        return .short(letter)
    }

    /// The word behind a flag, if it can be its value: there is one, and it is not another long flag.
    mutating func value() -> String? {
        let next = position + 1
        guard next < words.count, !taken.contains(next), !words[next].hasPrefix("--") else { return nil }
        position = next
        return words[next]
    }

    mutating func skipValue() { _ = value() }
}
