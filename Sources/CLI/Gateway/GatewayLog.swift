// SPDX-License-Identifier: Apache-2.0
import Configuration
import Telemetry

/// The logger that the settings describe.
struct GatewayLog: Sendable {
    let logger: Logger
    let writer: LogWriter

    init(_ settings: LoggingSettings) {
        var outputs: [LogOutput] = []
        let level = LogLevel(rawValue: settings.level.rawValue)
        if level != nil {
            outputs.append(.standardError(settings.style == .json ? .json : nil))
            if let file = settings.file { outputs.append(.file(file, maxBytes: settings.maxFileBytes)) }
        }
        writer = LogWriter(outputs)
        logger = Logger(label: "gateway", sink: writer, level: level ?? .error)
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
