// swift-tools-version: 6.2
// SPDX-License-Identifier: Apache-2.0
import PackageDescription

/// Warnings are errors everywhere: a warning that may stay is a warning nobody reads.
let strict: [SwiftSetting] = [.treatAllWarnings(as: .error), .enableUpcomingFeature("ExistentialAny")]

/// A target of ours. The rows below are the import table of docs/modules.md; `Scripts/check` holds sources to it.
func target(_ name: String, _ dependencies: [Target.Dependency] = [], exclude: [String] = []) -> Target {
    .target(name: name, dependencies: dependencies, exclude: exclude, swiftSettings: strict)
}

func tests(_ name: String, _ dependencies: [Target.Dependency], exclude: [String] = [], resources: [Resource] = []) -> Target {
    .testTarget(name: name, dependencies: dependencies, exclude: exclude, resources: resources, swiftSettings: strict)
}

let package = Package(
    name: "understudy",
    platforms: [.macOS("26.0")],
    products: [
        .executable(name: "understudy", targets: ["understudy"]),
        // For Simulation/, which is built for release and of all targets needs this one alone.
        .library(name: "Failover", targets: ["Failover"]),
        // For Fuzz/, which builds it for libFuzzer.
        .library(name: "FuzzEntries", targets: ["FuzzEntries"]),
    ],
    targets: [
        // Deciding: values in, values out.
        target("Failover"),
        target("HTTP"),
        target("JSON"),
        target("Providers", ["Failover", "HTTP", "JSON", "CAssets"], exclude: ["Catalogue/catalogue.json", "Catalogue/logins.json"]),
        target("Configuration", ["Failover", "HTTP", "JSON", "Providers"]),
        // Doing: sockets, files, clocks, threads.
        target("Telemetry", ["JSON"]),
        target("Transport", ["HTTP", "Telemetry", "CCurl", "CLinux", "COpenSSL"]),
        target("Store", ["Failover", "JSON", "Telemetry", "Transport", "CSQLite"]),
        target("Credentials", ["Configuration", "Failover", "HTTP", "JSON", "Providers", "Store", "Telemetry", "Transport"]),
        target("Rehearsal", ["Failover", "HTTP", "JSON", "Providers", "Telemetry", "Transport"]),
        target("Relay", ["Configuration", "Credentials", "Failover", "HTTP", "JSON", "Providers", "Store", "Telemetry", "Transport"]),
        target(
            "Gateway",
            ["Configuration", "Credentials", "Failover", "HTTP", "JSON", "Providers", "Relay", "Store", "Telemetry", "Transport"]),
        target(
            "CLI",
            [
                "Configuration", "Credentials", "Failover", "Gateway", "HTTP", "JSON", "Providers", "Rehearsal", "Relay", "Store",
                "Telemetry", "Transport",
            ]),
        .executableTarget(name: "understudy", dependencies: ["CLI"], swiftSettings: strict),
        target("TestSupport", ["Failover", "HTTP", "JSON", "Providers", "Rehearsal", "Store", "Telemetry", "Transport"]),
        .target(name: "FuzzEntries", dependencies: ["Failover", "HTTP", "JSON", "Providers"], path: "Fuzz/Entries", swiftSettings: strict),
        // C: what Swift cannot import by itself, each with its reasons in the header.
        .target(name: "CAssets", cSettings: [.define("_GNU_SOURCE")]),
        .target(
            name: "CCurl", cSettings: [.define("_GNU_SOURCE")], linkerSettings: [.linkedLibrary("curl", .when(platforms: [.macOS]))]),
        .systemLibrary(name: "COpenSSL", pkgConfig: "libcrypto", providers: [.apt(["libssl-dev"]), .brew(["openssl@3"])]),
        .systemLibrary(name: "CSQLite", pkgConfig: "sqlite3", providers: [.apt(["libsqlite3-dev"]), .brew(["sqlite"])]),
        .systemLibrary(name: "CLinux"),
        // Tests.
        tests("JSONTests", ["JSON", "TestSupport"]),
        tests("HTTPTests", ["HTTP", "TestSupport"]),
        tests("FailoverTests", ["Failover", "TestSupport"]),
        tests("ProvidersTests", ["Providers", "Failover", "HTTP", "JSON", "TestSupport"], exclude: ["Fixtures"]),
        tests("ConfigurationTests", ["Configuration", "Failover", "HTTP", "JSON", "Providers", "TestSupport"]),
        tests("TelemetryTests", ["Telemetry", "TestSupport"]),
        tests("TransportTests", ["Transport", "HTTP", "Telemetry", "TestSupport"]),
        tests("StoreTests", ["Store", "Failover", "JSON", "Telemetry", "TestSupport"]),
        tests(
            "CredentialsTests",
            ["Credentials", "Configuration", "Failover", "HTTP", "JSON", "Providers", "Store", "Telemetry", "Transport", "TestSupport"]),
        tests("RehearsalTests", ["Rehearsal", "Failover", "HTTP", "JSON", "Providers", "Transport", "TestSupport"]),
        tests(
            "RelayTests",
            [
                "Relay", "Configuration", "Credentials", "Failover", "HTTP", "JSON", "Providers", "Rehearsal", "Store", "Telemetry",
                "Transport", "TestSupport",
            ]),
        tests(
            "GatewayTests", ["Failover", "HTTP", "JSON", "Providers", "Rehearsal", "Telemetry", "Transport", "TestSupport"],
            exclude: ["Scripts"]),
        .testTarget(name: "FuzzTests", dependencies: ["FuzzEntries"], path: "Fuzz/Tests", swiftSettings: strict),
        tests(
            "CLITests",
            [
                "CLI", "Configuration", "Credentials", "Failover", "Gateway", "HTTP", "JSON", "Providers", "Relay", "Store", "Telemetry",
                "TestSupport", "Transport",
            ],
            exclude: ["Golden"]),
    ],
    swiftLanguageModes: [.v6],
    cLanguageStandard: .gnu2x
)
