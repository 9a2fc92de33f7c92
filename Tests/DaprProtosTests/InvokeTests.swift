import DaprProtos
import SwiftProtobuf
import Testing

/// Apart from the other recorded messages, because an `Any` of opaque bytes has no JSON form.
@Suite("Service invocation recorded from daprd 1.18.3")
struct InvokeTests {
    @Test("a request carries method, query, media type and opaque bytes")
    func request() throws {
        // invokeservice-grpc-010
        let sent = try bytes(
            hex: """
                0a086563686f2d6170701a310a0167120912077b2261223a317d1a106170706c69636174696f6e\
                2f6a736f6e220f0803120b613d3126623d7825323079
                """)
        let request = try Dapr_Proto_Runtime_V1_InvokeServiceRequest(serializedBytes: sent)

        #expect(request.id == "echo-app")
        #expect(request.message.method == "g")
        #expect(request.message.contentType == "application/json")
        #expect(request.message.httpExtension.verb == .post)
        #expect(request.message.httpExtension.querystring == "a=1&b=x%20y")
        #expect(request.message.data.typeURL.isEmpty)
        #expect(Array(request.message.data.value) == Array(#"{"a":1}"#.utf8))
        #expect(try request.serializedBytes() as [UInt8] == sent)
    }

    @Test(
        "a response carries media type and body",
        arguments: [
            // invokeservice-grpc-002, -034
            ("0a0012106170706c69636174696f6e2f6a736f6e", "application/json", []),
            (
                "0a0612040001feff12186170706c69636174696f6e2f6f637465742d73747265616d",
                "application/octet-stream", [0, 1, 0xFE, 0xFF]
            ),
        ] as [(String, String, [UInt8])])
    func response(hex: String, contentType: String, body: [UInt8]) throws {
        let sent = try bytes(hex: hex)
        let response = try Dapr_Proto_Common_V1_InvokeResponse(serializedBytes: sent)

        #expect(response.contentType == contentType)
        #expect(response.hasData)
        #expect(Array(response.data.value) == body)
        #expect(try response.serializedBytes() as [UInt8] == sent)
    }
}
