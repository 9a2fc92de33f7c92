import DaprProtos
import FoundationEssentials
import HTTPMessage
import HTTPTypes
import JSON
import SwiftProtobuf

/// Service invocation: calls of apps through their sidecars.
final class InvokeBlock: BuildingBlock {
    let context: SidecarContext
    private let apps: AppDirectory
    /// Unknown apps that were asked for an odd number of times.
    private var missed: Set<String> = []

    init(context: SidecarContext, apps: AppDirectory) {
        self.context = context
        self.apps = apps
    }

    func stop() {
        apps.stop()
    }

    var httpRoutes: [HTTPRoute] {
        let box = LoopBound(self, on: context.loop)
        var route = HTTPRoute([], "/v1.0/invoke/*", readsBody: true, httpHandler)
        route.keptBytes = { request in box.value.keptBytes(of: request) }
        return [route]
    }

    /// How much of a request's content its app looks at.
    private func keptBytes(of request: SidecarRequest) -> Int {
        guard let id = InvokeTarget(request)?.appID,
            case .http(let app) = id == context.appID ? apps.own : apps.others[id]
        else { return .max }
        return app.mostBytesRead
    }

    var httpFallback: HTTPHandler? { httpHandler }

    private var httpHandler: HTTPHandler {
        let box = LoopBound(self, on: context.loop)
        return .suspending { request in await box.value.answer(request) }
    }

    var grpcMethods: [GRPCMethod] {
        let box = LoopBound(self, on: context.loop)
        return [
            .dapr(
                "InvokeService", .suspending { request in await box.value.invokeService(request) })
        ]
    }

    // MARK: - Finding the app

    /// An app, and whether another sidecar is on the way to it.
    struct Found {
        var app: LocalApp
        /// The id without a namespace; nil when no other sidecar is involved.
        var remoteID: String?
    }

    func find(_ id: String) throws(InvokeFailure) -> Found {
        guard !id.isEmpty else { throw InvokeFailure("app id is empty") }
        if id.hasPrefix("http://") { return Found(app: .http(httpApp(at: id))) }
        let parts = id.split(separator: ".", omittingEmptySubsequences: false)
        guard parts.count <= 2 else { throw InvokeFailure("invalid app id \(id)") }
        let name = String(parts[0])
        if name == context.appID {
            guard let own = apps.own else {
                throw InvokeFailure("cannot invoke local endpoint: app channel not initialized")
            }
            return Found(app: own)
        }
        guard let app = apps.others[name] else { throw notFound(id) }
        return Found(app: app, remoteID: name)
    }

    private func httpApp(at url: String) -> any HTTPApp {
        guard let url = WebURL(url) else { return AbsentApp(port: 80) }
        return apps.httpApp(at: url.host, port: url.port)
    }

    /// A lookup by multicast finds nobody; the next one only waits for the same answer.
    private func notFound(_ id: String) -> InvokeFailure {
        if missed.insert(id).inserted {
            return InvokeFailure("couldn't find service: \(id)")
        }
        missed.remove(id)
        return InvokeFailure("timeout waiting for address for app id \(id)")
    }

    // MARK: - Calling it

    /// What a call consists of, whichever API brought it.
    struct Call {
        var verb: String
        var method: String
        var query: String
        var contentType: String?
        /// Names in lower case, without what describes the content.
        var fields: [AppField]
        var body: [UInt8]
        /// How many bytes of content followed `body`.
        var unkept = 0
        /// Whether the answer may have filler.
        var takesFiller = false
        /// The length that the caller announced.
        var contentLength: Int?
        var trace: TraceContext
        /// When the caller gives up, as `grpc-timeout` says it.
        var timeout: String?
    }

    /// Calls an HTTP app.
    func call(
        _ app: any HTTPApp, _ found: Found, _ call: Call
    ) async throws(InvokeFailure) -> AppResponse {
        let target = try method(call, found).path + (call.query.isEmpty ? "" : "?" + call.query)
        let request = AppRequest(
            method: call.verb, target: target, fields: fields(of: call, found, port: app.port),
            body: call.body, unkept: call.unkept, takesFiller: call.takesFiller)
        do throws(AppFailure) {
            let count = call.body.count + call.unkept
            if let length = call.contentLength, length != count {
                throw .cutOff(announced: length, sent: count)
            }
            return try await app.answer(to: request, on: context.loop)
        } catch {
            let verb = AppFields.canonical(call.verb)
            let text = "\(verb) \"http://127.0.0.1:\(app.port)\(target)\": \(error.text)"
            throw found.remoteID == nil
                ? InvokeFailure(text)
                : InvokeFailure(
                    "rpc error: code = Internal desc = error invoking app channel: " + text)
        }
    }

    private func method(_ call: Call, _ found: Found) throws(InvokeFailure) -> AppMethod {
        do throws(AppMethodError) {
            return try AppMethod(call.method)
        } catch {
            throw found.remoteID == nil
                ? InvokeFailure(error.text)
                : InvokeFailure("rpc error: code = InvalidArgument desc = " + error.text)
        }
    }

    /// Calls a gRPC app.
    func call(
        _ app: any CallbackApp, _ found: Found, _ call: Call,
        verb: Dapr_Proto_Common_V1_HTTPExtension.Verb?
    ) throws -> CallbackResponse {
        let (request, metadata) = try callback(found, call, verb)
        return try app.onInvoke(request, metadata: metadata)
    }

    /// Calls a gRPC app in another process.
    func call(
        _ app: GRPCServerApp, _ found: Found, _ call: Call,
        verb: Dapr_Proto_Common_V1_HTTPExtension.Verb?
    ) async throws -> CallbackResponse {
        let (request, metadata) = try callback(found, call, verb)
        let (message, answer) = try await app.call(
            "/dapr.proto.runtime.v1.AppCallback/OnInvoke", request.serializedBytes(),
            metadata: metadata, timeout: call.timeout)
        return CallbackResponse(
            message: try GRPCMethod.decode(message),
            headers: answer.headers.map { AppField(name: $0.name, value: $0.value) },
            trailers: answer.reply.trailers.map { AppField(name: $0.name, value: $0.value) })
    }

    /// The message to a gRPC app, and what goes with it.
    private func callback(
        _ found: Found, _ call: Call, _ verb: Dapr_Proto_Common_V1_HTTPExtension.Verb?
    ) throws(InvokeFailure) -> (Dapr_Proto_Common_V1_InvokeRequest, metadata: [AppField]) {
        var request = Dapr_Proto_Common_V1_InvokeRequest()
        request.method = try method(call, found).name
        request.data.value = Data(call.body)
        request.contentType = call.contentType ?? ""
        if let verb {
            request.httpExtension.verb = verb
            request.httpExtension.querystring = call.query
        }
        var own = [
            AppField(name: "user-agent", value: "grpc-go/1.82.1"),
            AppField(name: "traceparent", value: call.trace.traceparent),
        ]
        if let length = call.contentLength {
            own.append(AppField(name: "dapr-content-length", value: String(length)))
        }
        let dropped = ["user-agent", "dapr-authority", "dapr-grpc-accept-encoding"]
        let fields = call.fields.filter { !dropped.contains($0.name) }
        return (request, fields + hop(found) + own)
    }

    /// The fields as Go's HTTP client sends them to the app.
    private func fields(of call: Call, _ found: Found, port: UInt16) -> [AppField] {
        var named = call.fields
        let userAgent = named.first { $0.name == "user-agent" }?.value
        named.removeAll { $0.name == "user-agent" }
        named.append(AppField(name: "traceparent", value: call.trace.traceparent))
        if !call.trace.tracestate.isEmpty {
            named.append(AppField(name: "tracestate", value: call.trace.tracestate))
        }
        if let type = call.contentType { named.append(AppField(name: "content-type", value: type)) }
        named += hop(found)
        if !named.contains(where: { $0.name == "accept-encoding" }) {
            named.append(AppField(name: "accept-encoding", value: "gzip"))
        }
        let first = [
            AppField(name: "host", value: "127.0.0.1:\(port)"),
            AppField(name: "user-agent", value: userAgent ?? "Go-http-client/1.1"),
        ]
        return (first + framing(of: call) + named.sorted { $0.name < $1.name }).map { field in
            AppField(name: AppFields.canonical(field.name), value: field.value)
        }
    }

    private func hop(_ found: Found) -> [AppField] {
        guard let id = found.remoteID else { return [] }
        let host = context.configuration.environment["HOSTNAME"] ?? "localhost"
        return InvokeHop(callerID: context.appID, calleeID: id, host: host).fields
    }

    /// Go announces no length for a body that it does not know, unless such methods have none.
    private func framing(of call: Call) -> [AppField] {
        if let length = call.contentLength, length > 0 {
            return [AppField(name: "content-length", value: String(length))]
        }
        let usuallyLacksBody = ["GET", "HEAD", "DELETE", "OPTIONS", "PROPFIND", "SEARCH"]
        guard !call.body.isEmpty || !usuallyLacksBody.contains(call.verb) else { return [] }
        return [AppField(name: "transfer-encoding", value: "chunked")]
    }
}

/// Why an invocation failed, in the sidecar's words.
struct InvokeFailure: Error {
    var text: String

    init(_ text: String) {
        self.text = text
    }

    /// The failure as both APIs word it.
    func error(appID: String) -> SidecarError {
        SidecarError(
            httpStatus: 500, grpcCode: GRPCStatus.internalError, code: "ERR_DIRECT_INVOKE",
            message: "failed to invoke, id: \(appID), err: \(text)")
    }
}
