import SwiftProtobuf

/// The greeter's server reflection (https://grpc.io/docs/guides/reflection): what its methods take
/// and answer. Texts come back as they were sent, since the `echo:` before a message happens to be an
/// unknown field of it.
enum GreeterReflection {
    /// Whether a path is that of the reflection service, under its name or its former one.
    static func serves(_ path: String) -> Bool {
        path == "/grpc.reflection.v1.ServerReflection/ServerReflectionInfo"
            || path == "/grpc.reflection.v1alpha.ServerReflection/ServerReflectionInfo"
    }

    /// Answers a `ServerReflectionRequest` with a `ServerReflectionResponse`.
    ///
    /// - Throws: for a request that cannot be read.
    static func answer(_ request: [UInt8]) throws -> [UInt8] {
        var answer = field(2, request)
        let (number, text) = try question(request)
        switch number {
        // file_by_filename
        case 3 where text == fileName: answer += try fileResponse()
        // file_containing_symbol
        case 4 where symbols.contains(text): answer += try fileResponse()
        // list_services
        case 7: answer += field(6, field(1, field(1, Array(service.utf8))))
        case 3, 4:
            answer += field(7, [0x08, 5] + field(2, Array("'\(text)' is not known".utf8)))
        default:
            answer += field(7, [0x08, 12] + field(2, Array("this cannot be asked".utf8)))
        }
        return answer
    }

    private static let fileName = "greeter.proto"
    private static let service = "helloworld.Greeter"
    private static let symbols: Set<String> = [
        service, "helloworld.HelloRequest", "helloworld.HelloReply",
    ]

    private static func fileResponse() throws -> [UInt8] {
        field(4, field(1, try file.serializedBytes()))
    }

    private static var file: Google_Protobuf_FileDescriptorProto {
        var file = Google_Protobuf_FileDescriptorProto()
        file.name = fileName
        file.package = "helloworld"
        file.syntax = "proto3"
        file.messageType = [message("HelloRequest", "name"), message("HelloReply", "message")]
        var greeter = Google_Protobuf_ServiceDescriptorProto()
        greeter.name = "Greeter"
        greeter.method = [
            method("SayHello"), method("GreetMany", isStreaming: true), method("Fail"),
            method("Slow"),
        ]
        file.service = [greeter]
        return file
    }

    private static func message(
        _ name: String, _ field: String
    ) -> Google_Protobuf_DescriptorProto {
        var text = Google_Protobuf_FieldDescriptorProto()
        text.name = field
        text.number = 1
        text.label = .optional
        text.type = .string
        var message = Google_Protobuf_DescriptorProto()
        message.name = name
        message.field = [text]
        return message
    }

    private static func method(
        _ name: String, isStreaming: Bool = false
    ) -> Google_Protobuf_MethodDescriptorProto {
        var method = Google_Protobuf_MethodDescriptorProto()
        method.name = name
        method.inputType = ".helloworld.HelloRequest"
        method.outputType = ".helloworld.HelloReply"
        method.serverStreaming = isStreaming
        return method
    }

    // MARK: - The wire

    /// A length-delimited field.
    private static func field(_ number: UInt8, _ content: [UInt8]) -> [UInt8] {
        var bytes = [number << 3 | 2]
        var length = content.count
        while length >= 0x80 {
            bytes.append(UInt8(truncatingIfNeeded: length) | 0x80)
            length >>= 7
        }
        return bytes + [UInt8(length)] + content
    }

    /// The last field of a request: all of them are texts, and all but the host are one question.
    private static func question(_ request: [UInt8]) throws -> (number: UInt8, text: String) {
        var rest = request[...]
        var found: (UInt8, String) = (0, "")
        while let tag = rest.popFirst() {
            var length = 0
            var shift = 0
            while let byte = rest.popFirst() {
                length |= Int(byte & 0x7F) << shift
                shift += 7
                if byte < 0x80 || shift > 28 { break }
            }
            guard tag & 7 == 2, tag < 0x80, length <= rest.count else {
                throw GRPCStatus(3, "the request of the reflection service cannot be read")
            }
            let number = tag >> 3
            let text = String(decoding: rest.prefix(length), as: UTF8.self)
            if number != 1 { found = (number, text) }
            rest = rest.dropFirst(length)
        }
        return found
    }
}
