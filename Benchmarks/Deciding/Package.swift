// swift-tools-version: 6.2
// SPDX-License-Identifier: Apache-2.0
import PackageDescription

/// The targets that decide, by links to their sources, and what measures them. Not part of the project's package: nobody who builds that
/// builds this.
let package = Package(
    name: "deciding",
    platforms: [.macOS("26.0")],
    targets: [
        .target(name: "CAssets", cSettings: [.define("_GNU_SOURCE")]),
        .target(name: "Failover"), .target(name: "HTTP"), .target(name: "JSON"),
        .target(name: "Providers", dependencies: ["Failover", "HTTP", "JSON", "CAssets"], exclude: ["Catalogue/catalogue.json"]),
        .executableTarget(name: "deciding", dependencies: ["Failover", "HTTP", "JSON", "Providers"]),
        .target(name: "CAllocations", cSettings: [.define("_GNU_SOURCE")]),
        .executableTarget(name: "crossing", dependencies: ["CAllocations", "Failover", "HTTP", "JSON", "Providers"]),
        .executableTarget(name: "steps", dependencies: ["CAllocations", "Failover"]),
    ],
    swiftLanguageModes: [.v6],
    cLanguageStandard: .gnu2x
)
