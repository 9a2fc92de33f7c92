import DaprProtos
import HTTPMessage
import HTTPTypes
import JSON
import SwiftProtobuf

extension InvokeBlock {
    /// Answers a request for an app.
    func answer(_ request: SidecarRequest) async -> SidecarResponse {
        guard let target = InvokeTarget(request) else { return SidecarError.noRoute.response }
        do {
            let found = try find(target.appID)
            if let reason = request.bodyError { throw InvokeFailure(reason) }
            let call = call(request, target)
            switch found.app {
            case .http(let app):
                return response(to: call, try await self.call(app, found, call))
            case .grpc(let app):
                let verb = Dapr_Proto_Common_V1_HTTPExtension.Verb(name: call.verb)
                return try grpcResponse(self.call(app, found, call, verb: verb ?? .post))
            case .grpcServer(let app):
                let verb = Dapr_Proto_Common_V1_HTTPExtension.Verb(name: call.verb)
                return try await grpcResponse(
                    self.call(app, found, call, verb: verb ?? .post))
            case .absent(let port):
                throw InvokeFailure.unreachable(
                    target.appID, port: port, retried: request.hasLength)
            }
        } catch let failure as InvokeFailure {
            return failure.error(appID: target.appID).response
        } catch let status as GRPCStatus {
            return failure(status)
        } catch {
            return InvokeFailure(String(describing: error)).error(appID: target.appID).response
        }
    }

    private func call(_ request: SidecarRequest, _ target: InvokeTarget) -> Call {
        var dropped: Set<String> = [
            "host", "content-length", "content-type", "dapr-app-id", "traceparent", "tracestate",
        ]
        if context.configuration.apiToken != nil { dropped.insert("dapr-api-token") }
        let all = request.fields.map { AppField(name: $0.name.lowercased(), value: $0.value) }
        let fields = AppFields.forwarded(all, without: dropped).map { field in
            field.name.hasPrefix("grpc-")
                ? AppField(name: "dapr-" + field.name, value: field.value) : field
        }
        return Call(
            verb: Self.verb(request.method), method: target.method,
            query: String(decoding: request.rawQuery ?? [], as: UTF8.self),
            contentType: request.fields[.contentType], fields: fields, body: request.body,
            unkept: request.unkept, takesFiller: true,
            contentLength: request.fields[.contentLength].flatMap { Int($0) },
            trace: request.trace)
    }

    private static func verb(_ method: String) -> String {
        let verb = method.uppercased()
        let known = [
            "GET", "HEAD", "POST", "PUT", "DELETE", "CONNECT", "OPTIONS", "TRACE", "PATCH",
        ]
        return known.contains(verb) ? verb : "POST"
    }

    private func response(to call: Call, _ answer: AppResponse) -> SidecarResponse {
        var response = SidecarResponse(status: answer.status, fields: AppFields.returned(answer))
        if call.verb != "HEAD", ![204, 304].contains(answer.status) {
            response.body = answer.body
            response.fillerCount = answer.fillerCount
        }
        response.isStreamed = answer.status < 400
        return response
    }

    private func grpcResponse(_ answer: CallbackResponse) -> SidecarResponse {
        var response = SidecarResponse(status: 200, body: Array(answer.message.data.value))
        response.fields = [
            AppField(name: "content-type", value: answer.message.contentType),
            AppField(name: "dapr-grpc-accept-encoding", value: "identity, deflate, gzip"),
        ]
        response.fields += answer.headers
        response.isStreamed = true
        return response
    }

    /// A gRPC app's failure: its status as JSON.
    private func failure(_ status: GRPCStatus) -> SidecarResponse {
        let body: JSONValue = [
            "code": .number(JSONNumber(status.code)), "message": .string(status.message),
        ]
        return .json(body.serialized(), status: HTTPStatusCode.status(of: status.code))
    }
}

extension SidecarRequest {
    /// Whether the length of the content was announced, or there is none.
    fileprivate var hasLength: Bool { fields[.transferEncoding] == nil }
}

extension Dapr_Proto_Common_V1_HTTPExtension.Verb {
    /// The verb of an HTTP method.
    init?(name: String) {
        guard let verb = Self.allCases.first(where: { $0.name == name }) else { return nil }
        self = verb
    }

    /// The HTTP method.
    var name: String { String(describing: self).uppercased() }
}
