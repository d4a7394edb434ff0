// swift-tools-version: 6.2
// SPDX-License-Identifier: Apache-2.0
import PackageDescription

let strict: [SwiftSetting] = [.treatAllWarnings(as: .error), .enableUpcomingFeature("ExistentialAny")]

/// A package of its own: a million requests want an optimised build, the other tests do not. Of the project it builds `Failover` alone.
let package = Package(
    name: "simulation",
    platforms: [.macOS("26.0")],
    dependencies: [.package(name: "understudy", path: "..")],
    targets: [
        // What must hold, and whether it does. It imports nothing, so that it can share no mistake with what it judges.
        .target(name: "Oracle", swiftSettings: strict),
        // Providers, clocks and clients that do not exist, around the real policy and ledger.
        .target(name: "Simulation", dependencies: ["Oracle", .product(name: "Failover", package: "understudy")], swiftSettings: strict),
        .executableTarget(name: "simulate", dependencies: ["Oracle", "Simulation"], swiftSettings: strict),
        .testTarget(
            name: "SimulationTests", dependencies: ["Oracle", "Simulation", .product(name: "Failover", package: "understudy")],
            swiftSettings: strict),
    ],
    swiftLanguageModes: [.v6]
)
