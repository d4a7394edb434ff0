// SPDX-License-Identifier: Apache-2.0
import Configuration
import Store
import Telemetry

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// The logger that the settings describe.
struct GatewayLog: Sendable {
    let logger: Logger
    let writer: LogWriter

    /// The file that gets the lines too; `nil`: none does.
    let file: String?

    /// Makes the file's folder if it is missing. A file that cannot be written is told on standard error, and stops nobody.
    ///
    /// - Parameter printsTo: Where standard error leads once the gateway serves. If that is `gateway.out`, which nobody puts aside when it is
    ///   large, lines go into the log file alone where there is one.
    init(_ settings: LoggingSettings, in location: ConfigLocation, printsTo error: Int32) {
        var outputs: [LogOutput] = []
        let level = LogLevel(rawValue: settings.level.rawValue)
        let path = level == nil ? nil : LogPlace.path(settings, in: location)
        var problem: StoreProblem?
        let standardError = LogOutput.standardError(settings.style == .json ? .json : nil)
        if let path {
            do throws(StoreProblem) {
                try AtomicFile.makeFolder(LogPlace.folder(of: path), doing: "make the log's folder")
                outputs.append(LogOutput(.file(path: path, LogRotation(settings)), .openClaw))
            } catch {
                problem = error
            }
        }
        file = problem == nil ? path : nil
        if level != nil, file == nil || !Self.isOutputFile(error, in: location) { outputs.insert(standardError, at: 0) }
        writer = LogWriter(outputs)
        logger = Logger(label: "gateway", sink: writer, level: level ?? .error)
        if let problem { logger.warning("No log file", ["why": .string("\(problem)")]) }
    }

    private static func isOutputFile(_ descriptor: Int32, in location: ConfigLocation) -> Bool {
        var own = stat()
        var named = stat()
        return fstat(descriptor, &own) == 0 && stat(ServiceFile.outputFile(in: location.stateFolder), &named) == 0
            && own.st_dev == named.st_dev && own.st_ino == named.st_ino
    }

    /// Why it does not start stands in the log too, where those look who did not see it start.
    func noting<Value: ~Copyable>(_ body: () throws(CommandFailure) -> Value) throws(CommandFailure) -> Value {
        do throws(CommandFailure) {
            return try body()
        } catch {
            logger.error("The gateway does not start", ["why": .string(error.message)])
            throw error
        }
    }

    /// What the settings and credentials had to say when they were read.
    func notes(_ loaded: GatewayLoader.Loaded) {
        for note in loaded.warnings { logger.warning("Settings", ["note": .string(note)]) }
        if !loaded.settings.foreignSections.isEmpty {
            logger.info(
                "Sections of other programs are kept and not used",
                [
                    "count": .int(loaded.settings.foreignSections.count),
                    "sections": .string(loaded.settings.foreignSections.joined(separator: ", ")),
                ])
        }
    }
}

extension LogRotation {
    fileprivate init(_ settings: LoggingSettings) {
        self.init(
            maxBytes: settings.maxFileBytes, archives: settings.keepFiles,
            maxAge: settings.maxFileAgeHours == 0 ? nil : Int64(settings.maxFileAgeHours) * 3_600_000,
            keepAge: settings.keepDays == 0 ? nil : Int64(settings.keepDays) * 86_400_000)
    }
}
