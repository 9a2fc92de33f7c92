// swift-tools-version: 6.2
import PackageDescription

// MARK: - Settings

/// Every target of ours: the world's strictest compiler, so that reviews can be about design.
let strict: [SwiftSetting] =
    [.strictMemorySafety(), .treatAllWarnings(as: .error)]
    + [
        "ExistentialAny", "InternalImportsByDefault", "MemberImportVisibility",
        "NonisolatedNonsendingByDefault", "InferIsolatedConformances",
    ].map { .enableUpcomingFeature($0) }

// MARK: - Dependencies

let dependencies: [Package.Dependency] = [
    .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
    .package(url: "https://github.com/apple/swift-collections", from: "1.6.0"),
    .package(url: "https://github.com/apple/swift-http-types", from: "1.8.0"),
    .package(url: "https://github.com/apple/swift-log", from: "1.16.2"),
    .package(url: "https://github.com/apple/swift-metrics", from: "2.13.0"),
    .package(url: "https://github.com/apple/swift-protobuf", from: "1.39.0"),
]

let argumentParser: Target.Dependency = .product(
    name: "ArgumentParser", package: "swift-argument-parser")
let deque: Target.Dependency = .product(name: "DequeModule", package: "swift-collections")
let httpTypes: Target.Dependency = .product(name: "HTTPTypes", package: "swift-http-types")
let logging: Target.Dependency = .product(name: "Logging", package: "swift-log")
let metrics: Target.Dependency = .product(name: "CoreMetrics", package: "swift-metrics")
let protobuf: Target.Dependency = .product(name: "SwiftProtobuf", package: "swift-protobuf")

// MARK: - Targets

/// A C library of the system: a module map and a shim header, nothing else.
func systemLibrary(_ name: String, pkgConfig: String? = nil, apt: String) -> Target {
    .systemLibrary(name: name, pkgConfig: pkgConfig, providers: [.apt([apt])])
}

func library(_ name: String, _ dependencies: [Target.Dependency]) -> Target {
    .target(name: name, dependencies: dependencies, swiftSettings: strict)
}

func tests(_ name: String, _ dependencies: [Target.Dependency], resources: [Resource] = [])
    -> Target
{
    .testTarget(
        name: name, dependencies: dependencies, resources: resources, swiftSettings: strict)
}

/// The order is the direction: a target depends only on targets above it.
var targets: [Target] = [
    systemLibrary("CHTTPParser", apt: "libhttp-parser-dev"),
    systemLibrary("CMicrohttpd", pkgConfig: "libmicrohttpd", apt: "libmicrohttpd-dev"),
    systemLibrary("CNghttp2", pkgConfig: "libnghttp2", apt: "libnghttp2-dev"),
    systemLibrary("CYaml", pkgConfig: "yaml-0.1", apt: "libyaml-dev"),
    systemLibrary("COpenSSL", pkgConfig: "openssl", apt: "libssl-dev"),
    .target(name: "CLinux"),

    library("EventLoop", ["CLinux", deque]),
    library("JSON", []),
    library("ProtobufJSON", ["JSON", protobuf]),
    library("Cryptography", ["COpenSSL"]),
    library("HTTPMessage", [httpTypes]),
    library("HTTPServer", ["CMicrohttpd", "HTTPMessage", "EventLoop", httpTypes, deque]),
    library("HTTP2", ["CNghttp2", deque]),
    library("HTTP1", ["CHTTPParser", "HTTP2"]),
    library("TLS", ["COpenSSL", "EventLoop"]),
    // Generated code keeps the generator's own style, so it is not held to ours.
    .target(name: "DaprProtos", dependencies: [protobuf], exclude: ["README.md"]),
    library(
        "DaprClient",
        [
            "HTTP2", "EventLoop", "JSON", "DaprProtos", protobuf, httpTypes, deque, logging,
            metrics,
            "HTTP1", "TLS",
        ]),
    library(
        "GatewayRoutes", ["HTTPMessage", "DaprClient", "JSON", "ProtobufJSON", httpTypes]),
    library(
        "DevSidecar",
        [
            "HTTPMessage", "HTTP2", "EventLoop", "JSON", "Cryptography", "DaprProtos", protobuf,
            httpTypes, deque,
            "TLS",
            "HTTP1",
        ]),
    library(
        "Gateway",
        [
            "GatewayRoutes", "DaprClient", "HTTPServer", "HTTPMessage", "EventLoop", "CYaml",
            "JSON", httpTypes,
            "ProtobufJSON",
        ]),
    .executableTarget(
        name: "daprgw",
        dependencies: [
            "Gateway", "GatewayRoutes", "DevSidecar", "EventLoop", "TLS", argumentParser,
        ],
        swiftSettings: strict),

    .target(
        name: "TestSupport", dependencies: ["EventLoop"], path: "Tests/Support",
        swiftSettings: strict),
    tests("EventLoopTests", ["EventLoop", "CLinux", "TestSupport"]),
    tests("JSONTests", ["JSON"]),
    tests("ProtobufJSONTests", ["ProtobufJSON", "EventLoop", protobuf]),
    tests("CryptographyTests", ["Cryptography"]),
    tests("HTTPMessageTests", ["HTTPMessage", httpTypes]),
    tests(
        "HTTPServerTests", ["HTTPServer", "HTTPMessage", "EventLoop", "TestSupport", httpTypes]),
    tests("HTTP1Tests", ["HTTP1", "HTTP2"]),
    tests("HTTP2Tests", ["HTTP2"]),
    tests("TLSTests", ["TLS", "EventLoop", "TestSupport"]),
    tests("DaprProtosTests", ["DaprProtos", protobuf]),
    tests(
        "DaprClientTests",
        [
            "DaprClient", "DevSidecar", "HTTP2", "EventLoop", "JSON", "DaprProtos", "TestSupport",
            protobuf, httpTypes, logging, metrics,
            "TLS",
        ]),
    tests(
        "GatewayRoutesTests",
        ["GatewayRoutes", "DaprClient", "HTTPMessage", "JSON", "ProtobufJSON", protobuf, httpTypes]),
    tests(
        "DevSidecarTests",
        [
            "DevSidecar", "Cryptography", "HTTPMessage", "HTTP2", "EventLoop", "JSON", "DaprProtos",
            "TestSupport",
            protobuf, httpTypes,
        ]),
    tests(
        "GatewayTests",
        [
            "Gateway", "GatewayRoutes", "DaprClient", "DevSidecar", "HTTPServer", "HTTPMessage",
            "EventLoop", "JSON", "TestSupport", httpTypes,
        ]),
]

// The fuzzer links libFuzzer's main, so only scripts/fuzz.sh asks for it. Its targets import
// DaprClient for testing, so otherwise they are a part of the test that replays its findings.
targets +=
    Context.environment["DAPRGW_FUZZ"] == nil
    ? [
        .testTarget(
            name: "FuzzTests", dependencies: ["DaprClient", "HTTP2", "EventLoop"],
            path: "Fuzzing", exclude: ["Corpus", "Fuzzer"], swiftSettings: strict)
    ]
    : [
        .target(
            name: "FuzzTargets", dependencies: ["DaprClient", "HTTP2"], path: "Fuzzing/Targets",
            swiftSettings: strict),
        .executableTarget(
            name: "Fuzzer", dependencies: ["FuzzTargets"], path: "Fuzzing/Fuzzer",
            swiftSettings: strict),
    ]

// MARK: - Package

let package = Package(
    name: "daprgw",
    products: [
        .library(name: "DaprClient", targets: ["DaprClient"]),
        // For those who run the client on a loop of their own.
        .library(name: "EventLoop", targets: ["EventLoop"]),
        .executable(name: "daprgw", targets: ["daprgw"]),
    ],
    dependencies: dependencies,
    targets: targets,
    swiftLanguageModes: [.v6]
)
