import EventLoop
import HTTPMessage
import HTTPTypes
import JSON

/// The HTTP API: what every request goes through, whichever version of HTTP brought it.
final class HTTPService {
    /// The head of a request, before its content.
    struct Head {
        var method: String
        var target: RequestTarget
        var fields: FieldBlock
        var clientAddress: String
    }

    /// What to do with a request once its head is known.
    enum Plan {
        /// This is the answer, whatever the content.
        case respond(SidecarResponse)
        /// Call this handler when the content is there, or at once if it does not read it.
        case handle(SidecarRequest, HTTPHandler, readsBody: Bool, keeping: Int = .max)
    }

    let context: SidecarContext
    private let router: HTTPRouter
    private let fallback: HTTPHandler
    private let cors: CORS?
    private let gate: Gate?
    /// The public port needs no token, and answers what it does not have in plain text.
    private let isPublic: Bool

    init(
        context: SidecarContext, blocks: [any BuildingBlock], gate: Gate?, isPublic: Bool = false
    ) {
        self.context = context
        self.gate = gate
        self.isPublic = isPublic
        let routes = blocks.flatMap(\.httpRoutes)
        let pages = isPublic ? [] : Self.inspectionRoutes(blocks)
        router = HTTPRouter(routes + pages)
        fallback =
            blocks.lazy.compactMap(\.httpFallback).first
            ?? .immediate { _ in SidecarError.noRoute.response }
        cors = CORS(allowedOrigins: context.configuration.allowedOrigins)
    }

    private static func inspectionRoutes(_ blocks: [any BuildingBlock]) -> [HTTPRoute] {
        blocks.compactMap(\.inspection).map { page in
            HTTPRoute(
                ["GET"], "/dev/" + page.name,
                .immediate { _ in .json(page.content().serialized() + [UInt8(ascii: "\n")]) })
        }
    }

    // MARK: - Planning

    /// Decides by the head.
    func plan(_ head: Head) -> (plan: Plan, trace: TraceContext?) {
        let isHealth = Self.isHealthPath(head.target.path)
        var trace = TraceContext.none
        if !isHealth {
            do throws(BaggageError) {
                trace = try context.tracer.context(of: head.fields)
            } catch {
                return (.respond(.text(error.message, status: 400)), nil)
            }
        }
        let answerTrace = isHealth ? nil : trace
        if let cors, let preflight = cors.preflight(head) {
            return (.respond(preflight), answerTrace)
        }
        if !isPublic, !isHealth, let refusal = refusal(head) {
            return (.respond(refusal), answerTrace)
        }
        return (route(head, trace), answerTrace)
    }

    private func route(_ head: Head, _ trace: TraceContext) -> Plan {
        let raw = head.target.path
        let path =
            raw.starts(with: "/v1.0/invoke/".utf8) ? Array(raw) : PathEscaping.clean(raw)
        var request = SidecarRequest(
            method: head.method, path: path, rawQuery: head.target.query, fields: head.fields,
            trace: trace, clientAddress: head.clientAddress)
        switch router.match(head.method, path) {
        case .route(let route, let parameters):
            request.parameters = parameters.map { parameter in
                PathEscaping.decode(parameter, plusIsSpace: true)
                    ?? String(decoding: parameter, as: UTF8.self)
            }
            let readsBody = route.readsBody && !route.refusesBody(request)
            return .handle(
                request, route.handler, readsBody: readsBody, keeping: route.keptBytes(request))
        case .otherMethods(let methods) where isPublic:
            let allow = methods.joined(separator: ", ")
            return .respond(
                SidecarResponse(
                    status: 405, fields: [SidecarResponse.Field(name: "allow", value: allow)]))
        case .none where isPublic: return .respond(.text("404 page not found", status: 404))
        case .otherMethods, .none:
            return .handle(request, fallback, readsBody: fallbackReadsBody(head))
        }
    }

    /// Only a request that names an app goes on to it.
    private func fallbackReadsBody(_ head: Head) -> Bool {
        head.fields.contains(.daprAppID) || head.fields.contains(.authorization)
    }

    private static func isHealthPath(_ path: ArraySlice<UInt8>) -> Bool {
        let name = Array("/healthz".utf8)
        guard path.count >= name.count else { return false }
        return (path.startIndex...path.endIndex - name.count).contains { start in
            path[start] == name[0] && path[start..<start + name.count].elementsEqual(name)
        }
    }

    private func refusal(_ head: Head) -> SidecarResponse? {
        guard let expected = context.configuration.apiToken,
            head.fields[.daprAPIToken] != expected
        else { return nil }
        return .text("invalid api token", status: 401)
    }

    // MARK: - Handling

    /// Runs a handler and gives its answer, complete with the fields that all answers have.
    ///
    /// - Returns: the task, if there is one, to cancel it when the client goes away.
    func run(
        _ handler: HTTPHandler, _ request: SidecarRequest,
        completion: @escaping (SidecarResponse) -> Void
    ) -> Task<Void, Never>? {
        guard let gate else { return start(handler, request, completion) }
        gate.enter { [self] leave in
            _ = start(handler, request) { response in
                completion(response)
                leave()
            }
        }
        return nil
    }

    private func start(
        _ handler: HTTPHandler, _ request: SidecarRequest,
        _ completion: @escaping (SidecarResponse) -> Void
    ) -> Task<Void, Never>? {
        switch handler {
        case .immediate(let answer):
            completion(answer(request))
            return nil
        case .eventual(let answer):
            answer(request, completion)
            return nil
        case .suspending(let answer):
            let box = LoopBound(completion, on: context.loop)
            return Task(executorPreference: context.loop) {
                let response = await answer(request)
                box.value(response)
            }
        }
    }

    /// Adds what every answer carries.
    func finish(
        _ response: SidecarResponse, trace: TraceContext?, origin: String?
    ) -> SidecarResponse {
        var response = response
        if let trace, response.isTraced {
            if !response.fields.contains(where: { $0.name == "traceparent" }) {
                response.fields.append(
                    SidecarResponse.Field(name: "traceparent", value: trace.traceparent))
                if !trace.tracestate.isEmpty, trace.tracestate.utf8.count <= 512 {
                    response.fields.append(
                        SidecarResponse.Field(name: "tracestate", value: trace.tracestate))
                }
            }
            if !trace.baggage.isEmpty {
                response.fields.append(
                    SidecarResponse.Field(name: "baggage", value: trace.baggage))
            }
        }
        cors?.decorate(&response, origin: origin)
        return response
    }
}

extension HTTPField.Name {
    static let daprAppID = fieldName("dapr-app-id")
    static let origin = fieldName("origin")
    static let requestMethod = fieldName("access-control-request-method")
    static let requestHeaders = fieldName("access-control-request-headers")
}
