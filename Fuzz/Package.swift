// swift-tools-version: 6.2
// SPDX-License-Identifier: Apache-2.0
import PackageDescription

/// A package of its own, since libFuzzer brings the program's `main` and every module is to be built for it: see `Scripts/fuzz`.
/// The entries are a target of the project, so that its tests play them, too.
let package = Package(
    name: "fuzz",
    platforms: [.macOS("26.0")],
    dependencies: [.package(name: "understudy", path: "..")],
    targets: [
        .executableTarget(
            name: "fuzz", dependencies: [.product(name: "FuzzEntries", package: "understudy")],
            swiftSettings: [.treatAllWarnings(as: .error), .enableUpcomingFeature("ExistentialAny")])
    ],
    swiftLanguageModes: [.v6]
)
