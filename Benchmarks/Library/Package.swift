// swift-tools-version: 6.2
import PackageDescription

// What `make bench` measures the library with. A package of its own, so that the product never
// depends on what it is compared with.

let package = Package(
    name: "library-benchmarks",
    // For macOS only, which the packages that are compared with ask for.
    platforms: [.macOS(.v15)],
    dependencies: [
        .package(name: "daprgw", path: "../.."),
        .package(url: "https://github.com/grpc/grpc-swift-2", from: "2.4.3"),
        .package(url: "https://github.com/grpc/grpc-swift-nio-transport", from: "2.9.2"),
        .package(url: "https://github.com/grpc/grpc-swift-protobuf", from: "2.4.1"),
        .package(url: "https://github.com/apple/swift-protobuf", from: "1.39.0"),
    ],
    targets: [
        .target(name: "CMemory"),
        .target(name: "Measure", dependencies: ["CMemory"]),
        // Links to the product's generated messages, which are no product of their own.
        .target(
            name: "Messages",
            dependencies: [.product(name: "SwiftProtobuf", package: "swift-protobuf")]),
        .executableTarget(
            name: "dapr-client-bench",
            dependencies: [
                "Measure", .product(name: "DaprClient", package: "daprgw"),
                .product(name: "EventLoop", package: "daprgw"),
            ],
            path: "Sources/DaprClientBench"),
        .executableTarget(
            name: "grpc-swift-bench",
            dependencies: [
                "Measure", "Messages",
                .product(name: "GRPCCore", package: "grpc-swift-2"),
                .product(
                    name: "GRPCNIOTransportHTTP2Posix", package: "grpc-swift-nio-transport"),
                .product(name: "GRPCProtobuf", package: "grpc-swift-protobuf"),
            ],
            path: "Sources/GRPCSwiftBench"),
    ],
    swiftLanguageModes: [.v6]
)
