import DaprProtos
import SwiftProtobuf
import Testing

/// The bytes were encoded by googleapis' own Python package, with the content of
/// state-redis-grpc-016 (an illegal key).
@Suite("Status with details")
struct StatusTests {
    private static let illegalKey = """
        0803122d696e707574206b65792f6b65795072656669782027617c7c62272063616e277420636f\
        6e7461696e20277c7c271a640a29747970652e676f6f676c65617069732e636f6d2f676f6f676c\
        652e7270632e4261645265717565737412370a350a04617c7c62122d696e707574206b65792f6b\
        65795072656669782027617c7c62272063616e277420636f6e7461696e20277c7c271a420a2b74\
        7970652e676f6f676c65617069732e636f6d2f676f6f676c652e7270632e5265736f7572636549\
        6e666f12130a057374617465120a737461746573746f72651a4d0a28747970652e676f6f676c65\
        617069732e636f6d2f676f6f676c652e7270632e4572726f72496e666f12210a16444150525f53\
        544154455f494c4c4547414c5f4b45591207646170722e696f
        """

    @Test("a sidecar's error says why, on what and in which field")
    func details() throws {
        let status = try Google_Rpc_Status(serializedBytes: bytes(hex: Self.illegalKey))
        #expect(status.code == 3)
        #expect(status.message == "input key/keyPrefix 'a||b' can't contain '||'")
        try #require(status.details.count == 3)

        let request = try Google_Rpc_BadRequest(unpackingAny: status.details[0])
        #expect(request.fieldViolations.map(\.field) == ["a||b"])
        #expect(request.fieldViolations.map(\.description_p) == [status.message])

        let resource = try Google_Rpc_ResourceInfo(unpackingAny: status.details[1])
        #expect(resource.resourceType == "state")
        #expect(resource.resourceName == "statestore")

        let info = try Google_Rpc_ErrorInfo(unpackingAny: status.details[2])
        #expect(info.reason == "DAPR_STATE_ILLEGAL_KEY")
        #expect(info.domain == "dapr.io")
    }

    @Test("a detail is known by the name at the end of its type URL")
    func typeURL() throws {
        let status = try Google_Rpc_Status(serializedBytes: bytes(hex: Self.illegalKey))
        try #require(status.details.count == 3)
        #expect(status.details[0].isA(Google_Rpc_BadRequest.self))
        #expect(!status.details[0].isA(Google_Rpc_ErrorInfo.self))
        #expect(throws: (any Error).self) {
            try Google_Rpc_Help(unpackingAny: status.details[0])
        }
    }

    @Test("packing a detail gives the bytes that other encoders give")
    func pack() throws {
        var link = Google_Rpc_Help.Link()
        link.description_p = "d"
        link.url = "https://docs.dapr.io/x"
        var help = Google_Rpc_Help()
        help.links = [link]
        var status = Google_Rpc_Status()
        status.code = 12
        status.details = [try Google_Protobuf_Any(message: help)]

        let expected = try bytes(
            hex: """
                080c1a440a23747970652e676f6f676c65617069732e636f6d2f676f6f676c652e7270632e48\
                656c70121d0a1b0a0164121668747470733a2f2f646f63732e646170722e696f2f78
                """)
        #expect(try status.serializedBytes() as [UInt8] == expected)
    }
}
