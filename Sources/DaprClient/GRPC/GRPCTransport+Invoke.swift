import DaprProtos
import HTTP2
import HTTPTypes
import SwiftProtobuf

// Service invocation by `InvokeService`, the gRPC API's way to an HTTP app (grpc-api.md section 4).
// It keeps at most 63 bytes of an error's content, so `AutoTransport` prefers the HTTP API.
extension GRPCTransport {
    func invoke(
        _ request: InvokeRequest, options: CallOptions
    ) async throws(DaprError) -> InvokeResponse {
        try check(request.appID, "app")
        var message = Dapr_Proto_Runtime_V1_InvokeServiceRequest()
        message.id = request.appID
        message.message.method = request.method
        message.message.contentType = request.fields[.contentType] ?? ""
        message.message.httpExtension.querystring = request.query ?? ""
        guard let verb = Self.verbs[request.verb.rawValue] else {
            throw DaprError(
                .notSupported, "the gRPC API cannot invoke with the method '\(request.verb)'")
        }
        message.message.httpExtension.verb = verb
        message.message.data.value = try await content(request.body).data
        var extra = HeaderBlock(capacity: 256)
        do throws(HeaderFieldError) {
            for field in request.fields where InvokeFields.isForwardedOverGRPC(field.name) {
                try extra.append(field.name.canonicalName, field.value)
            }
        } catch {
            throw DaprError(error)
        }
        let response = try await send(
            RPCs.invokeService, Self.frame(message), options, extra: extra)
        return try answer(response)
    }

    private func content(_ body: DaprBody) async throws(DaprError) -> [UInt8] {
        let content: [UInt8]?
        do {
            content = try await body.collect(upTo: settings.maxBodySize)
        } catch {
            throw DaprError(.cancelled, "the request's content could not be read: \(error)")
        }
        guard let content else {
            throw DaprError(
                .tooLarge, "the content is longer than the limit of \(settings.maxBodySize)")
        }
        return content
    }

    private func answer(_ response: ExchangeResponse) throws(DaprError) -> InvokeResponse {
        let appStatus = response.head["dapr-http-status"].flatMap(Int.init)
        var fields = InvokeFields.fromGRPC(response.head)
        if GRPCStatus.isOK(response) {
            let message: Dapr_Proto_Common_V1_InvokeResponse = try Self.message(response)
            if !message.contentType.isEmpty { fields[.contentType] = message.contentType }
            let content = message.data.value.array
            return InvokeResponse(
                status: .init(code: appStatus ?? 200), fields: fields,
                body: content.isEmpty ? .empty : .bytes(content))
        }
        let status = GRPCStatus(response)
        // Only an answer that came from the app has this field; errors of the sidecar have none.
        guard let appStatus else { throw DaprError(status, in: .invoke) }
        let content = Array((status.errorMetadata["http.error_message"] ?? "").utf8)
        return InvokeResponse(
            status: .init(code: appStatus), fields: fields,
            body: content.isEmpty ? .empty : .bytes(content),
            isBodyTruncated: content.count >= 63)
    }

    private static let verbs: [String: Dapr_Proto_Common_V1_HTTPExtension.Verb] = [
        "GET": .get, "HEAD": .head, "POST": .post, "PUT": .put, "DELETE": .delete,
        "OPTIONS": .options, "TRACE": .trace, "PATCH": .patch,
    ]
}
