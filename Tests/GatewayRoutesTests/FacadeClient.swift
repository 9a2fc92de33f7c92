import DaprClient
import HTTPMessage
import HTTPTypes
import JSON

@testable import GatewayRoutes

/// A facade that lives as long as several requests, before a fake sidecar.
final class FacadeClient: Sendable {
    let dapr = FakeDapr()
    let time = VirtualTime()
    let facade: Facade

    var events: FakeEvents { dapr.events }

    init(settings: FacadeSettings = .test) {
        facade = Facade(settings: settings, time: time.time)
    }

    func send(
        _ method: HTTPRequest.Method, _ target: String,
        _ fields: [(name: String, value: String)] = [], body: String? = nil
    ) async -> Response {
        let request = Request(
            method: method, target: RequestTarget(target), fields: FieldBlock(fields),
            body: body.map { .bytes(Array($0.utf8)) } ?? .empty)
        return await facade.respond(to: request, id: "test-1", dapr: dapr)
    }

    func get(
        _ target: String, _ fields: [(name: String, value: String)] = []
    ) async -> Response {
        await send(.get, target, fields)
    }

    /// Opens a stream of events.
    func stream(
        _ target: String, _ fields: [(name: String, value: String)] = []
    ) async -> EventReader? {
        let response = await get(target, fields + [("Accept", "text/event-stream")])
        guard response.status == .ok, response.fields[.contentType] == "text/event-stream",
            case .stream(let body) = response.body
        else { return nil }
        return EventReader(body)
    }
}

/// Reads a stream of events chunk by chunk.
struct EventReader: Sendable {
    private let body: BodyStream

    init(_ body: BodyStream) {
        self.body = body
    }

    /// The next piece as text; nil at the end.
    func next() async throws -> String? {
        try await body.next().map { String(decoding: $0, as: UTF8.self) }
    }
}

extension Response {
    /// The ids of pulled messages.
    var ids: [String] {
        json?["messages"]?.arrayValue?.compactMap { $0["id"]?.stringValue } ?? []
    }

    /// The ids of the events in pulled messages.
    var eventIDs: [String] {
        json?["messages"]?.arrayValue?.compactMap { $0["event"]?["id"]?.stringValue } ?? []
    }
}
