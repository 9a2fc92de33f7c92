import DaprProtos
import HTTP2
import JSON
import SwiftProtobuf
import Testing

@testable import DaprClient

@Suite("gRPC status")
struct GRPCStatusTests {
    private func response(
        head: [(String, String)] = [(":status", "200"), ("content-type", "application/grpc")],
        trailers: [(String, String)]?
    ) throws -> ExchangeResponse {
        func block(_ fields: [(String, String)]) throws -> HeaderBlock {
            var block = HeaderBlock()
            for (name, value) in fields { try block.append(name, value) }
            return block
        }
        return ExchangeResponse(head: try block(head), trailers: try trailers.map(block))
    }

    @Test("status 0 in the trailers of a gRPC answer is OK, and only that")
    func okay() throws {
        #expect(GRPCStatus.isOK(try response(trailers: [("grpc-status", "0")])))
        #expect(!GRPCStatus.isOK(try response(trailers: [("grpc-status", "00")])))
        #expect(!GRPCStatus.isOK(try response(trailers: [("grpc-status", "5")])))
        #expect(!GRPCStatus.isOK(try response(trailers: [])))
        let html = try response(
            head: [(":status", "200"), ("content-type", "text/html")],
            trailers: [("grpc-status", "0")])
        #expect(!GRPCStatus.isOK(html))
        #expect(GRPCStatus(html).isMalformed)
    }

    @Test(
        "without a gRPC status the HTTP status decides",
        arguments: [
            (400, 13), (401, 16), (403, 7), (404, 12), (429, 14), (502, 14), (503, 14), (504, 14),
            (500, 2), (302, 2), (200, 2),
        ])
    func httpStatus(status: Int, code: Int) throws {
        #expect(
            GRPCStatus(try response(head: [(":status", "\(status)")], trailers: nil)).code == code)
    }

    @Test("a gRPC status wins over the HTTP status, and trailers only are read from the head")
    func trailersOnly() throws {
        let status = GRPCStatus(
            try response(
                head: [(":status", "415"), ("grpc-status", "3"), ("grpc-message", "a%20b")],
                trailers: nil))
        #expect(status == GRPCStatus(code: 3, message: "a b"))
    }

    @Test("a status that is no number, or none of the 17, is 2", arguments: ["x", "17", "-1", ""])
    func badStatus(text: String) throws {
        #expect(GRPCStatus(try response(trailers: [("grpc-status", text)])).code == 2)
    }

    @Test(
        "a message is percent-decoded, leniently",
        arguments: [
            ("plain", "plain"), ("%C3%A9%20%c3%A9", "\u{e9} \u{e9}"), ("100%", "100%"),
            ("%zz%4", "%zz%4"), ("%25", "%"), ("%ff", "\u{fffd}"), ("%2", "%2"), ("", ""),
        ])
    func message(encoded: String, text: String) {
        #expect(GRPCStatus.decodeMessage(Array(encoded.utf8)[...]) == text)
    }

    @Test("details are read, padded or not", arguments: [true, false])
    func details(padded: Bool) throws {
        var info = Google_Rpc_ErrorInfo()
        info.reason = "DAPR_STATE_NOT_FOUND"
        info.domain = "dapr.io"
        info.metadata = ["a": "b"]
        var resource = Google_Rpc_ResourceInfo()
        resource.resourceType = "state"
        resource.resourceName = "s"
        var violation = Google_Rpc_BadRequest.FieldViolation()
        violation.field = "key"
        violation.description_p = "no"
        var bad = Google_Rpc_BadRequest()
        bad.fieldViolations = [violation]
        var status = Google_Rpc_Status()
        status.code = 3
        status.details = try [
            Google_Protobuf_Any(message: resource), Google_Protobuf_Any(message: bad),
            Google_Protobuf_Any(message: info),
            Google_Protobuf_Any(message: Google_Protobuf_Empty()),
        ]
        let bytes: [UInt8] = try status.serializedBytes()
        let text = Base64.encode(bytes, padded: padded)
        let read = GRPCStatus(
            try response(trailers: [("grpc-status", "3"), ("grpc-status-details-bin", text)]))
        #expect(
            read.details == [
                .resourceInfo(type: "state", name: "s", owner: "", description: ""),
                .badRequest([DaprError.FieldViolation(field: "key", description: "no")]),
                .errorInfo(
                    reason: "DAPR_STATE_NOT_FOUND", domain: "dapr.io", metadata: ["a": "b"]),
                .other(type: "google.protobuf.Empty"),
            ])
        #expect(read.reason == "DAPR_STATE_NOT_FOUND")
    }

    @Test("bad details do not hide the status", arguments: ["!!", "AAAA", "_w", "CgIBAg=="])
    func badDetails(text: String) throws {
        let status = GRPCStatus(
            try response(
                trailers: [
                    ("grpc-status", "13"), ("grpc-message", "m"),
                    ("grpc-status-details-bin", text),
                ]))
        #expect(status.code == 13)
        #expect(status.message == "m")
        #expect(status.reason == nil)
    }
}
