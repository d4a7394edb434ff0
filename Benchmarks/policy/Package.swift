// swift-tools-version: 6.2
// SPDX-License-Identifier: Apache-2.0
import PackageDescription

let strict: [SwiftSetting] = [.treatAllWarnings(as: .error), .enableUpcomingFeature("ExistentialAny")]

/// A package of its own: what a decision costs is measured with the optimiser on, and of the project it builds `Failover` alone.
let package = Package(
    name: "policy-benchmark",
    platforms: [.macOS("26.0")],
    dependencies: [.package(name: "understudy", path: "../..")],
    targets: [
        .target(name: "CAllocations", cSettings: [.define("_GNU_SOURCE")]),
        .executableTarget(
            name: "policy-benchmark", dependencies: ["CAllocations", .product(name: "Failover", package: "understudy")],
            swiftSettings: strict),
    ],
    swiftLanguageModes: [.v6]
)
