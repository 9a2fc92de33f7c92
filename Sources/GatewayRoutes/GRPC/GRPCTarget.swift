/// The method that a request means.
struct GRPCTarget: Sendable, Hashable {
    let app: String
    /// With its package, such as `helloworld.Greeter`.
    let service: String
    let method: String

    /// The path of the method (gRPC over HTTP/2, "Requests").
    var path: String { "/\(service)/\(method)" }

    /// Reads the parameters of the route.
    ///
    /// - Throws: for names that nothing has, and for services that the sidecar answers itself: they
    ///   would lead past what the configuration allows.
    init(_ context: RequestContext) throws(GatewayError) {
        app = try context.parameter("app")
        try Names.checkComponent(app, of: "app")
        service = try context.parameter("service")
        method = try context.parameter("method")
        guard Self.isQualifiedName(service) else {
            throw GatewayError(
                .invalidName, "'\(service)' is no name of a service, such as package.Service")
        }
        guard Self.isIdentifier(method.utf8[...]) else {
            throw GatewayError(.invalidName, "'\(method)' is no name of a method")
        }
        let package = service.utf8.prefix { $0 != UInt8(ascii: ".") }
        guard !package.elementsEqual("dapr".utf8), service != "TaskHubSidecarService" else {
            throw GatewayError(
                .forbidden, "'\(service)' is a service of the sidecar, not of an app")
        }
    }

    /// Identifiers with dots between them, as protobuf has them.
    private static func isQualifiedName(_ name: String) -> Bool {
        name.utf8.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
            .allSatisfy { isIdentifier($0) }
    }

    private static func isIdentifier(_ name: Substring.UTF8View) -> Bool {
        guard let first = name.first, first &- UInt8(ascii: "0") >= 10 else { return false }
        return name.allSatisfy { byte in
            (byte | 0x20) &- UInt8(ascii: "a") < 26 || byte &- UInt8(ascii: "0") < 10
                || byte == UInt8(ascii: "_")
        }
    }
}
