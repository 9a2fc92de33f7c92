import DaprProtos
import SwiftProtobuf
import Testing

@testable import DaprClient

@Suite("GetState by hand equals SwiftProtobuf")
struct GetStateCodingTests {
    @Test(
        "a request reads back as what was asked for",
        arguments: [nil, StateConsistency.eventual, .strong])
    func request(consistency: StateConsistency?) throws {
        let key = String(repeating: "k\u{e9}", count: 100)
        let bytes = GetStateCoding.encode(
            store: "store", key: key, consistency: consistency, metadata: ["a": "", "b": key])
        let message = try Dapr_Proto_Runtime_V1_GetStateRequest(
            serializedBytes: Array(bytes.dropFirst(5)))
        var expected = Dapr_Proto_Runtime_V1_GetStateRequest()
        expected.storeName = "store"
        expected.key = key
        expected.metadata = ["a": "", "b": key]
        switch consistency {
        case nil: break
        case .eventual: expected.consistency = .consistencyEventual
        case .strong: expected.consistency = .consistencyStrong
        }
        #expect(message == expected)
        #expect(bytes.count - 5 == Int(bytes[3]) << 8 | Int(bytes[4]))
    }

    @Test("a response is read with data, ETag and metadata")
    func response() throws {
        var message = Dapr_Proto_Runtime_V1_GetStateResponse()
        message.data = [UInt8](repeating: 7, count: 300).data
        message.etag = "12"
        message.metadata = ["ttlExpireTime": "soon", "x": ""]
        let value = try GetStateCoding.decode(message.serializedBytes())
        #expect(
            value
                == StateValue(
                    data: [UInt8](repeating: 7, count: 300), etag: ETag(rawValue: "12"),
                    metadata: ["ttlExpireTime": "soon", "x": ""]))
    }

    @Test("neither data nor ETag means that the key is missing; an ETag alone is an empty value")
    func missing() throws {
        #expect(try GetStateCoding.decode([]) == nil)
        var message = Dapr_Proto_Runtime_V1_GetStateResponse()
        message.etag = "1"
        let value = try GetStateCoding.decode(message.serializedBytes())
        #expect(value == StateValue(data: [], etag: ETag(rawValue: "1")))
    }

    @Test("fields that are not known are skipped")
    func unknownFields() throws {
        let unknown: [UInt8] = [0x50, 0x96, 1, 0x59, 1, 2, 3, 4, 5, 6, 7, 8, 0x65, 1, 2, 3, 4]
        let value = try GetStateCoding.decode(unknown + [0x0a, 1, 0x41] + [0x5a, 1, 0])
        #expect(value?.data == [0x41])
    }

    @Test("every cut of a message is read or refused, never trapped on")
    func truncated() throws {
        var message = Dapr_Proto_Runtime_V1_GetStateResponse()
        message.data = [1, 2, 3].data
        message.etag = "12"
        message.metadata = ["a": "b"]
        let bytes: [UInt8] = try message.serializedBytes()
        var refused = 0
        for count in 0..<bytes.count {
            if (try? GetStateCoding.decode(Array(bytes.prefix(count)))) == nil { refused += 1 }
        }
        #expect(refused > 5)
        #expect(throws: ProtobufReader.Malformed.self) {
            try GetStateCoding.decode([0x0a, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x7f])
        }
        #expect(throws: ProtobufReader.Malformed.self) {
            try GetStateCoding.decode([UInt8](repeating: 0xff, count: 12))
        }
    }
}
