import HTTP2
import SwiftProtobuf

/// Messages of the gRPC API as the HTTP API has them: in protobuf's JSON form.
enum ProtoJSON {
    static func body(_ message: some Message) throws(DaprError) -> [UInt8] {
        do {
            return try message.jsonUTF8Bytes()
        } catch {
            throw DaprError(
                .invalidArgument, "the request cannot be written as JSON: \(error)",
                isUnprocessed: true)
        }
    }

    static func read<Content: Message>(
        _ type: Content.Type, _ response: ExchangeResponse
    ) throws(DaprError) -> Content {
        try read(type, response.body)
    }

    /// Reads an answer; fields that a newer sidecar adds are not looked at.
    static func read<Content: Message>(
        _ type: Content.Type, _ body: [UInt8]
    ) throws(DaprError) -> Content {
        var options = JSONDecodingOptions()
        options.ignoreUnknownFields = true
        do {
            return try Content(jsonUTF8Bytes: body, options: options)
        } catch {
            throw DaprError(
                .malformedResponse, "the sidecar's answer is not what it should be: \(error)")
        }
    }
}
