import DaprProtos
import FoundationEssentials
import HTTP2
import SwiftProtobuf

extension InvokeBlock {
    /// Answers `InvokeService`.
    func invokeService(_ request: GRPCRequest) async -> GRPCReply {
        let message: Dapr_Proto_Runtime_V1_InvokeServiceRequest
        do throws(GRPCStatus) {
            message = try GRPCMethod.decode(request.message)
        } catch {
            return GRPCReply(status: error)
        }
        do {
            let found = try find(message.id)
            guard message.hasMessage else { throw InvokeFailure.noMessage }
            let verb = message.message.httpExtension.verb
            let call = call(request, message.message, verb)
            switch found.app {
            case .http(let app):
                try check(message.message)
                var answer = try await self.call(app, found, call)
                if verb == .head { answer.body = [] }
                return reply(answer, request.trace)
            case .grpc(let app):
                let hasVerb = message.message.hasHTTPExtension
                let answer = try self.call(app, found, call, verb: hasVerb ? verb : nil)
                return reply(answer, request.trace)
            case .grpcServer(let app):
                let hasVerb = message.message.hasHTTPExtension
                let answer = try await self.call(app, found, call, verb: hasVerb ? verb : nil)
                return reply(answer, request.trace)
            case .absent(let port):
                throw InvokeFailure.unreachable(message.id, port: port, retried: true)
            }
        } catch let failure as InvokeFailure {
            return failure.error(appID: message.id).reply
        } catch let status as GRPCStatus {
            return GRPCReply(status: status)
        } catch {
            return InvokeFailure(String(describing: error)).error(appID: message.id).reply
        }
    }

    /// An HTTP app needs a verb.
    private func check(_ message: Dapr_Proto_Common_V1_InvokeRequest) throws(InvokeFailure) {
        guard message.hasHTTPExtension else {
            throw .invalidCall("missing HTTP extension field")
        }
        switch message.httpExtension.verb {
        case .none, .connect, .UNRECOGNIZED: throw .invalidCall("invalid HTTP verb")
        default: break
        }
    }

    private func call(
        _ request: GRPCRequest, _ message: Dapr_Proto_Common_V1_InvokeRequest,
        _ verb: Dapr_Proto_Common_V1_HTTPExtension.Verb
    ) -> Call {
        var fields: [AppField] = []
        for field in request.metadata {
            let name = String(decoding: field.name, as: UTF8.self)
            let value = String(decoding: field.value, as: UTF8.self)
            if let name = forwardedName(name) { fields.append(AppField(name: name, value: value)) }
        }
        return Call(
            verb: verb.name, method: message.method, query: message.httpExtension.querystring,
            contentType: message.contentType.isEmpty ? nil : message.contentType, fields: fields,
            body: Array(message.data.value),
            contentLength: nil, trace: request.trace, timeout: request.metadata["grpc-timeout"])
    }

    private func forwardedName(_ name: String) -> String? {
        switch name {
        case ":authority": return "dapr-authority"
        case "grpc-accept-encoding": return "dapr-grpc-accept-encoding"
        case "te", "content-type", "traceparent", "tracestate": return nil
        case "dapr-api-token" where context.configuration.apiToken != nil: return nil
        default: return name.hasPrefix(":") || name.hasPrefix("grpc-") ? nil : name
        }
    }

    // MARK: - Answers

    private func reply(_ answer: AppResponse, _ trace: TraceContext) -> GRPCReply {
        let code = HTTPStatusCode.grpcCode(of: answer.status)
        let headers =
            [(name: "traceparent", value: trace.traceparent)] + AppFields.metadata(answer)
        guard code == 0 else {
            let reason = HTTP1Response.reason(answer.status)
            let text = String(decoding: answer.body.prefix(Self.longestErrorText), as: UTF8.self)
            let status = GRPCStatus(
                code, reason,
                details: [
                    .errorInfo(
                        reason: reason,
                        metadata: [
                            "http.code": String(answer.status), "http.error_message": text,
                        ])
                ])
            return GRPCReply(status: status, headers: headers)
        }
        var message = Dapr_Proto_Common_V1_InvokeResponse()
        message.data.value = Data(answer.body)
        message.contentType = answer.value(of: "content-type") ?? ""
        return reply(message, headers: headers)
    }

    /// In bytes.
    private static let longestErrorText = 63

    private func reply(_ answer: CallbackResponse, _ trace: TraceContext) -> GRPCReply {
        let own = [(name: "traceparent", value: trace.traceparent)]
        return reply(
            answer.message, headers: own + answer.headers.map { ($0.name, $0.value) },
            trailers: own + answer.trailers.map { ($0.name, $0.value) })
    }

    private func reply(
        _ message: Dapr_Proto_Common_V1_InvokeResponse, headers: [(name: String, value: String)],
        trailers: [(name: String, value: String)] = []
    ) -> GRPCReply {
        do throws(GRPCStatus) {
            var reply = try GRPCMethod.encode(message)
            reply.headers = headers
            reply.trailers = trailers
            return reply
        } catch {
            return GRPCReply(status: error)
        }
    }
}

extension InvokeFailure {
    static let noMessage = InvokeFailure(
        "rpc error: code = InvalidArgument desc = parsing InternalInvokeRequest error: request"
            + " does not contain the required fields in the leading chunk")

    /// The callee's sidecar cannot make an HTTP request of the call.
    static func invalidCall(_ reason: String) -> InvokeFailure {
        InvokeFailure(
            "rpc error: code = Internal desc = error invoking app channel:"
                + " rpc error: code = InvalidArgument desc = " + reason)
    }

    /// The callee's sidecar does not answer. Content that is a stream cannot be sent again.
    static func unreachable(_ appID: String, port: UInt16, retried: Bool) -> InvokeFailure {
        let reason =
            "rpc error: code = Unavailable desc = connection error: desc = \"transport: Error while"
            + " dialing: dial tcp 127.0.0.1:\(port): connect: connection refused\""
        return retried
            ? InvokeFailure("failed to invoke target \(appID) after 3 retries. Error: " + reason)
            : InvokeFailure(reason)
    }
}
