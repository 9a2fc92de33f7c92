import DaprProtos
import SwiftProtobuf
import Testing

@Suite("Absent, empty and unknown")
struct PresenceTests {
    @Test("no ETag and an empty one differ on the wire")
    func etag() throws {
        var item = Dapr_Proto_Common_V1_StateItem()
        item.key = "k"
        #expect(try item.serializedBytes() as [UInt8] == bytes(hex: "0a016b"))

        item.etag = Dapr_Proto_Common_V1_Etag()
        #expect(try item.serializedBytes() as [UInt8] == bytes(hex: "0a016b1a00"))
    }

    @Test("a sidecar without workflows and one without workers differ")
    func optionalMessage() throws {
        let without = try Dapr_Proto_Runtime_V1_GetMetadataResponse(serializedBytes: [UInt8]())
        #expect(!without.hasWorkflows)

        let idle = try Dapr_Proto_Runtime_V1_GetMetadataResponse(
            serializedBytes: bytes(hex: "6200"))
        #expect(idle.hasWorkflows)
        #expect(idle.workflows.connectedWorkers == 0)
    }

    @Test("fields and enum numbers of a newer sidecar survive decoding and encoding")
    func newerSidecar() throws {
        // Number 7 for the type of the subscription, and a string in field 100.
        let sent = try bytes(hex: "0a01703007a206036e6577")
        let message = try Dapr_Proto_Runtime_V1_PubsubSubscription(serializedBytes: sent)

        #expect(message.pubsubName == "p")
        #expect(message.type == .UNRECOGNIZED(7))
        #expect(try message.serializedBytes() as [UInt8] == sent)
    }
}
