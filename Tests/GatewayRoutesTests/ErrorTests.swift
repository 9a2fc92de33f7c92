import DaprClient
import HTTPMessage
import HTTPTypes
import JSON
import Testing

@testable import GatewayRoutes

@Suite("Errors")
struct ErrorTests {
    @Test(
        "every kind of failed call has a problem with a status of its own",
        arguments: DaprError.Kind.allCases)
    func total(kind: DaprError.Kind) {
        let response = Response(GatewayError(DaprError(kind, "message")), instance: "id")
        let expected: Int =
            switch kind {
            case .invalidArgument: 400
            case .noSuchComponent, .notFound: 404
            case .conflict: 409
            case .denied: 403
            case .unauthenticated, .componentFailed, .malformedResponse, .unknown: 502
            case .notSupported: 501
            case .tooLarge: 413
            case .unavailable: 503
            case .deadlineExceeded: 504
            case .cancelled: 499
            }
        #expect(response.status.code == expected)
    }

    @Test("the rows of the table are in order", arguments: ProblemType.allCases)
    func rows(type: ProblemType) {
        #expect((400..<600).contains(type.row.status))
        #expect(type.row.title.hasSuffix("."))
        #expect(type.rawValue.utf8.allSatisfy { $0 == 0x2D || (0x61...0x7A).contains($0) })
        // Retry-After belongs to 503; a 504 may have been done.
        #expect(!type.row.isRetryable || type.row.status == 503)
    }

    @Test("a problem document has all members, and says what the sidecar said")
    func document() {
        let cause = DaprError(
            .unavailable, "said \"no\"", code: "ERR_X", status: .grpc(14),
            details: [
                .errorInfo(reason: "R", domain: "dapr.io", metadata: ["b": "2", "a": "1"]),
                .resourceInfo(type: "state", name: "s", owner: "o", description: "d"),
                .badRequest([.init(field: "f", description: "d")]),
                .help([.init(description: "d", url: "u")]), .other(type: "x.Y"),
            ])
        let response = Response(GatewayError(cause), instance: "abc")
        #expect(response.fields[.contentType] == "application/problem+json")
        #expect(response.fields[.retryAfter] == "1")
        #expect(
            response.text
                == #"{"type":"/v1/problems/sidecar-unavailable","#
                + #""title":"The sidecar is not available.","status":503,"#
                + #""detail":"said \"no\"","instance":"abc","dapr":{"errorCode":"ERR_X","#
                + #""message":"said \"no\"","grpcStatus":14,"details":["#
                + #"{"@type":"type.googleapis.com/google.rpc.ErrorInfo","reason":"R","#
                + #""domain":"dapr.io","metadata":{"a":"1","b":"2"}},"#
                + #"{"@type":"type.googleapis.com/google.rpc.ResourceInfo","resourceType":"state","#
                + #""resourceName":"s","owner":"o","description":"d"},"#
                + #"{"@type":"type.googleapis.com/google.rpc.BadRequest","fieldViolations":["#
                + #"{"field":"f","description":"d"}]},"#
                + #"{"@type":"type.googleapis.com/google.rpc.Help","links":["#
                + #"{"description":"d","url":"u"}]},{"@type":"type.googleapis.com/x.Y"}]}}"#)
    }

    @Test("what never reached the sidecar does not quote it")
    func silent() {
        let response = Response(
            GatewayError(DaprError(.unavailable, "connect: Connection refused (111)")),
            instance: "abc")
        #expect(response.json?["dapr"] == nil)
        #expect(response.detail == "connect: Connection refused (111)")
    }

    @Test("every response carries the request's id, where the time went, and nosniff")
    func decoration() {
        var response = Response(.ok, fields: [.serverTiming: "app;dur=3"])
        response.decorate(
            id: "abc", sidecar: .microseconds(12_345), gateway: .microseconds(7))
        #expect(response.fields[.serverTiming] == "app;dur=3")
        let added = response.prepared.fields.map { "\($0.name): \($0.value)" }
        #expect(
            added == [
                "X-Content-Type-Options: nosniff", "X-Request-Id: abc",
                "Server-Timing: dapr;dur=12.345, gateway;dur=0.007",
            ])
    }

    @Test(
        "the caller's request id is kept if it is sane",
        arguments: [
            ("abc-123", true), ("a/b:c=d", true), ("", false), ("a b", false), ("a\"b", false),
            ("é", false), (String(repeating: "x", count: 129), false),
        ])
    func requestID(id: String, isSane: Bool) {
        var ids = RequestIDs(seed: 1)
        let request = Request(
            method: .get, target: RequestTarget("/"), fields: FieldBlock([("X-Request-Id", id)]))
        #expect((ids.id(for: request) == id) == isSane)
    }

    @Test("our own request ids are short and do not repeat")
    func requestIDs() {
        var ids = RequestIDs(seed: .max)
        let request = Request(method: .get, target: RequestTarget("/"))
        let made = (0..<1000).map { _ in ids.id(for: request) }
        #expect(Set(made).count == 1000)
        #expect(made.allSatisfy { $0.utf8.count == 15 })
    }
}
