/// The gRPC services of another app, called through the sidecar.
///
/// A client of a service is a struct around one of these; <doc:Proxy> shows it. Only the sidecar's
/// gRPC API has this: with ``DaprProtocol/http`` every call throws `.notSupported`.
///
/// A status of the app other than OK is thrown as a ``DaprError`` with the status and its details.
public struct AppProxy: Sendable {
    /// The app's id, `app` or `app.namespace`.
    public let appID: String
    private let api: any DaprAPI

    /// An app behind any implementation of the API, such as a test's.
    public init(appID: String, api: any DaprAPI) {
        self.appID = appID
        self.api = api
    }

    /// Calls a method with one message in each direction.
    ///
    /// - Parameters:
    ///   - method: the method.
    ///   - request: the message.
    ///   - metadata: for the app.
    ///   - options: the deadline, by default the client's, and trace context.
    /// - Returns: the app's message.
    public func call<Request, Response>(
        _ method: AppMethod<Request, Response>, _ request: Request, metadata: GRPCMetadata = [:],
        options: CallOptions = CallOptions()
    ) async throws(DaprError) -> Response {
        try await response(method, request, metadata: metadata, options: options).message
    }

    /// Calls a method with one message in each direction, and returns the metadata as well.
    public func response<Request, Response>(
        _ method: AppMethod<Request, Response>, _ request: Request, metadata: GRPCMetadata = [:],
        options: CallOptions = CallOptions()
    ) async throws(DaprError) -> GRPCResponse<Response> {
        let response = try await api.callApp(
            appID, path: method.path, message: method.bytes(request), metadata: metadata,
            options: options)
        return GRPCResponse(
            message: try method.message(response.message),
            initialMetadata: response.initialMetadata, trailingMetadata: response.trailingMetadata)
    }

    /// Calls a method that answers one message with many.
    ///
    /// - Parameter options: a deadline is that of the whole call; by default it has none.
    public func stream<Request, Response>(
        _ method: AppMethod<Request, Response>, _ request: Request, metadata: GRPCMetadata = [:],
        options: CallOptions = CallOptions()
    ) async throws(DaprError) -> AppStream<Request, Response> {
        let call = try await api.openAppCall(
            appID, path: method.path, message: method.bytes(request), metadata: metadata,
            options: options)
        return AppStream(method: method, call: call)
    }

    /// Calls a method that takes many messages; it may also answer with many.
    ///
    /// - Parameter options: a deadline is that of the whole call; by default it has none.
    public func stream<Request, Response>(
        _ method: AppMethod<Request, Response>, metadata: GRPCMetadata = [:],
        options: CallOptions = CallOptions()
    ) async throws(DaprError) -> AppStream<Request, Response> {
        let call = try await api.openAppCall(
            appID, path: method.path, message: nil, metadata: metadata, options: options)
        return AppStream(method: method, call: call)
    }
}

extension DaprClient {
    /// The gRPC services of an app.
    ///
    /// - Parameter appID: the app's id, `app` or `app.namespace`.
    public func proxy(appID: String) -> AppProxy {
        AppProxy(appID: appID, api: api)
    }
}
