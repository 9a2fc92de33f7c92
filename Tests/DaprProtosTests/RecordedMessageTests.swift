import DaprProtos
import SwiftProtobuf
import Testing

@Suite("Messages recorded from daprd 1.18.3")
struct RecordedMessageTests {
    @Test("decoding gives what was recorded, with nothing left over", arguments: recordedMessages)
    func decode(_ recorded: RecordedMessage) throws {
        let message = try recorded.type.init(serializedBytes: bytes(hex: recorded.hex))
        // Unknown fields, at any depth, would make the two differ.
        let expected = try recorded.type.init(jsonString: recorded.json)
        #expect(message.isEqualTo(message: expected))
    }

    @Test("the JSON form has the names and the order of the recording", arguments: recordedMessages)
    func json(_ recorded: RecordedMessage) throws {
        let message = try recorded.type.init(serializedBytes: bytes(hex: recorded.hex))
        var options = JSONEncodingOptions()
        options.useDeterministicOrdering = true
        #expect(try message.jsonString(options: options) == recorded.json)
    }

    @Test("encoding gives the recorded bytes again", arguments: recordedMessages)
    func encode(_ recorded: RecordedMessage) throws {
        let sent = try bytes(hex: recorded.hex)
        let encoded: [UInt8] = try recorded.type.init(jsonString: recorded.json).serializedBytes()
        // The entries of a map come in any order, so where the bytes differ, they are at least the
        // same ones and mean the same.
        if encoded != sent {
            #expect(encoded.sorted() == sent.sorted())
            let again = try recorded.type.init(serializedBytes: encoded)
            #expect(again.isEqualTo(message: try recorded.type.init(serializedBytes: sent)))
        }
    }
}
