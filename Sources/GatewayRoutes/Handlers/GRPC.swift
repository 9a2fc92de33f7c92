import DaprClient
import HTTPMessage
import HTTPTypes

/// `/v1/grpc/{app}/{service}/{method}`: an app's gRPC methods for those who have no gRPC. The media
/// type of the request says how messages are written.
enum GRPCRoutes {
    static let routes = [
        Route(
            .only(.post), "/v1/grpc/{app}/{service}/{method}", query: .known([.timeout]),
            body: .buffer, takesGRPCTimeout: true,
            summary: "calls a gRPC method of an app: JSON, protobuf or gRPC-Web",
            example: #"-d '{"name":"Ada"}' URL/v1/grpc/greeter/helloworld.Greeter/SayHello"#,
            handler: .deferred(call))
    ]

    @Sendable
    private static func call(_ context: RequestContext) async throws(GatewayError) -> Response {
        let target = try GRPCTarget(context)
        let type = context.request.fields[.contentType].map(ContentType.essence)
        switch type {
        case "application/x-protobuf", "application/protobuf":
            return try await callWithBytes(target, context, answeringAs: type ?? "")
        // A form is what `curl -d` calls everything unasked.
        case nil, "", "application/json", "application/x-www-form-urlencoded":
            var call = try await GRPCJSONCall(target, context)
            return try await call.response()
        case let type?:
            guard let form = GRPCWeb(contentType: type) else {
                throw GatewayError(
                    .unsupportedMediaType,
                    "'\(type)' is none of application/json, application/x-protobuf, "
                        + "application/grpc-web+proto and application/grpc-web-text+proto")
            }
            return try await callFromWeb(target, form, context)
        }
    }

    /// A message in each direction, in protobuf's wire format.
    private static func callWithBytes(
        _ target: GRPCTarget, _ context: RequestContext, answeringAs type: String
    ) async throws(GatewayError) -> Response {
        let answer = try await context.callApp(
            target, context.content, metadata: try GRPCMetadata(context))
        var fields: HTTPFields = [.contentType: type]
        fields.append(answer.initialMetadata)
        fields.append(answer.trailingMetadata)
        return Response(.ok, fields: fields, body: .bytes(answer.message))
    }

    /// gRPC-Web: whether the method streams is not known here, so it is taken as if it did.
    private static func callFromWeb(
        _ target: GRPCTarget, _ form: GRPCWeb, _ context: RequestContext
    ) async throws(GatewayError) -> Response {
        let message = try form.message(in: context.content)
        let metadata = try GRPCMetadata(context)
        let form = form.answering(accept: context.request.fields.values(of: .accept))
        var fields: HTTPFields = [.contentType: form.contentType]
        var open: (any AppCall)?
        let trailers: [UInt8]
        do throws(DaprError) {
            let (call, first) = try await context.attempt { dapr, options throws(DaprError) in
                let call = try await dapr.openAppCall(
                    target.app, path: target.path, message: message, metadata: metadata,
                    options: options)
                open = call
                return (call, try await call.next())
            }
            if let first {
                fields.append(try await call.initialMetadata())
                let answer = GRPCWebAnswer(call, first: first, form: form)
                return Response(
                    .ok, fields: fields, body: .stream(BodyStream { try await answer.next() }))
            }
            trailers = form.trailers(.ok, "", await call.trailingMetadata() ?? [:])
        } catch {
            trailers = form.trailers(
                GRPCStatusCode(error), error.message, await open?.trailingMetadata() ?? [:])
        }
        return Response(.ok, fields: fields, body: .bytes(trailers))
    }
}

extension RequestContext {
    /// Calls an app's method with one message in each direction.
    func callApp(
        _ target: GRPCTarget, _ message: [UInt8], metadata: GRPCMetadata
    ) async throws(GatewayError) -> GRPCResponse<[UInt8]> {
        do throws(DaprError) {
            return try await attempt { dapr, options throws(DaprError) in
                try await dapr.callApp(
                    target.app, path: target.path, message: message, metadata: metadata,
                    options: options)
            }
        } catch {
            throw GatewayError(grpc: error, calling: target.app)
        }
    }
}
