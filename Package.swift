// swift-tools-version: 6.2
import PackageDescription

// The floor plan is written in docs/architecture.md; arrows point down, and
// scripts/check-layers.sh fails when an import breaks it. No unsafe flags:
// a versioned dependency that carries them cannot be built by anyone else.

let house: [SwiftSetting] = [
  .enableUpcomingFeature("InternalImportsByDefault"),
  .enableUpcomingFeature("MemberImportVisibility"),
  .enableUpcomingFeature("ExistentialAny"),
  .strictMemorySafety(),
  .treatAllWarnings(as: .error),
]

/// A library target of the house and its test target.
func library(_ name: String, _ dependencies: [Target.Dependency]) -> Target {
  .target(name: name, dependencies: dependencies, swiftSettings: house)
}

func tests(
  _ name: String, _ dependencies: [Target.Dependency], exclude: [String] = []
) -> Target {
  .testTarget(
    name: "\(name)Tests",
    dependencies: [.target(name: name), "TestSupport"] + dependencies,
    exclude: exclude, swiftSettings: house)
}

let argumentParser = Target.Dependency.product(
  name: "ArgumentParser", package: "swift-argument-parser")
let realModule = Target.Dependency.product(name: "RealModule", package: "swift-numerics")
let crypto = Target.Dependency.product(name: "Crypto", package: "swift-crypto")
let yams = Target.Dependency.product(name: "Yams", package: "Yams")
let subprocess = Target.Dependency.product(name: "Subprocess", package: "swift-subprocess")
// The file paths of Subprocess.
let system = Target.Dependency.product(name: "SystemPackage", package: "swift-system")

let package = Package(
  name: "apical",
  products: [
    .executable(name: "apical", targets: ["apical"]),
    .executable(name: "bench", targets: ["bench"]),
    .library(name: "LinearAlgebra", targets: ["LinearAlgebra"]),
    .library(name: "RandomStreams", targets: ["RandomStreams"]),
    .library(name: "Substrates", targets: ["Substrates"]),
    .library(name: "LearningRules", targets: ["LearningRules"]),
    .library(name: "RateNetworks", targets: ["RateNetworks"]),
    .library(name: "Quantities", targets: ["Quantities"]),
    .library(name: "Integration", targets: ["Integration"]),
    .library(name: "SpikingNetworks", targets: ["SpikingNetworks"]),
    .library(name: "Datasets", targets: ["Datasets"]),
    .library(name: "Experiments", targets: ["Experiments"]),
  ],
  dependencies: [
    .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.0"),
    .package(url: "https://github.com/apple/swift-numerics", from: "1.1.0"),
    .package(url: "https://github.com/apple/swift-crypto", from: "4.5.0"),
    .package(url: "https://github.com/jpsim/Yams", from: "6.2.0"),
    .package(url: "https://github.com/swiftlang/swift-subprocess", from: "1.0.0"),
    .package(url: "https://github.com/apple/swift-system", from: "1.5.0"),
  ],
  targets: [
    // C, fenced. CGSL names no pkg-config file on purpose: gsl.pc adds gslcblas,
    // and the BLAS of this package is OpenBLAS (see Sources/CGSL/shim.h).
    .systemLibrary(name: "CGSL", providers: [.apt(["libgsl-dev"])]),
    .systemLibrary(
      name: "COpenBLAS", pkgConfig: "openblas", providers: [.apt(["libopenblas-dev"])]),
    .systemLibrary(name: "CHDF5", pkgConfig: "hdf5", providers: [.apt(["libhdf5-dev"])]),
    .systemLibrary(name: "CZlib", pkgConfig: "zlib", providers: [.apt(["zlib1g-dev"])]),
    .target(name: "CKernels", dependencies: ["CGSL"]),

    library("LinearAlgebra", ["COpenBLAS", "CKernels", realModule]),
    library("RandomStreams", ["CKernels", "CGSL"]),
    library("Substrates", ["LinearAlgebra", "RandomStreams"]),
    library("LearningRules", ["Substrates", "LinearAlgebra", "RandomStreams"]),
    library("RateNetworks", ["Substrates", "LinearAlgebra", "RandomStreams"]),
    library("Quantities", []),
    library("Integration", ["CGSL", "CKernels"]),
    library(
      "SpikingNetworks",
      [
        "Substrates", "LinearAlgebra", "RandomStreams", "Integration", "Quantities", "Traces",
        "CKernels", realModule,
      ]),
    library("Traces", []),
    library("TraceExport", ["Traces", "CHDF5"]),
    .target(
      name: "Figures", dependencies: [subprocess],
      // Asynchronous code stays where it was called, as that of Subprocess does.
      swiftSettings: house + [.enableUpcomingFeature("NonisolatedNonsendingByDefault")]),
    library("Datasets", ["LinearAlgebra", "RandomStreams", "CZlib", crypto]),
    library(
      "Experiments",
      [
        "LinearAlgebra", "RandomStreams", "Substrates", "LearningRules", "RateNetworks",
        "SpikingNetworks", "Integration", "Quantities", "Traces", "TraceExport", "Datasets",
        "Figures", yams, crypto,
      ]),
    .executableTarget(
      name: "apical", dependencies: ["Experiments", argumentParser],
      swiftSettings: house + [.enableUpcomingFeature("NonisolatedNonsendingByDefault")]),
    .executableTarget(
      name: "bench",
      dependencies: [
        "Experiments", "Datasets", "LinearAlgebra", argumentParser, subprocess, system,
      ],
      exclude: ["peers"],
      // Asynchronous code of bench stays where it was called, as that of Subprocess does.
      swiftSettings: house + [.enableUpcomingFeature("NonisolatedNonsendingByDefault")]
    ),

    tests("RandomStreams", []),
    tests("LinearAlgebra", []),
    tests("Substrates", ["LinearAlgebra", "RandomStreams"]),
    tests("RateNetworks", ["LinearAlgebra", "RandomStreams", "Substrates"]),
    tests("LearningRules", ["LinearAlgebra", "RandomStreams", "RateNetworks", "Substrates"]),
    tests("Datasets", ["LinearAlgebra", "RandomStreams"]),
    tests(
      "Experiments",
      [
        "Datasets", "LearningRules", "LinearAlgebra", "RandomStreams", "RateNetworks",
        "SpikingNetworks", "Substrates", "TraceExport", "Traces", "Figures",
      ], exclude: ["read_simulation.py"]),

    .target(
      name: "TestSupport",
      dependencies: ["LinearAlgebra", "RandomStreams", "Substrates"],
      path: "Tests/_TestSupport", swiftSettings: house),
    .testTarget(
      name: "TestSupportTests",
      dependencies: ["TestSupport", "LinearAlgebra", "RandomStreams", "Substrates"],
      swiftSettings: house),

    tests("Quantities", []),
    tests("Integration", ["RandomStreams"]),
    tests(
      "SpikingNetworks",
      [
        "Integration", "LearningRules", "LinearAlgebra", "Quantities", "RandomStreams",
        "RateNetworks", "Substrates", "Traces", realModule,
      ],
      exclude: ["Traces"]),
    tests("Traces", []),
    tests("TraceExport", ["Traces"], exclude: ["read_with_libsonata.py"]),
    tests("Figures", []),
    tests("bench", []),
  ],
  swiftLanguageModes: [.v6]
)
