import DaprClient
import HTTPMessage
import HTTPTypes
import ProtobufJSON
import SwiftProtobuf

@testable import GatewayRoutes

/// The path of a method of the greeter.
func greeter(_ method: String) -> String { "/v1/grpc/greeter/helloworld.Greeter/\(method)" }

/// A message whose field 1 is a text of less than 128 bytes.
func hello(_ text: String) -> [UInt8] {
    text.isEmpty ? [] : [0x0A, UInt8(text.utf8.count)] + Array(text.utf8)
}

/// The greeter's file, and one beside it that it does not need.
enum GreeterFile {
    static let greeter: Google_Protobuf_FileDescriptorProto = {
        var file = Google_Protobuf_FileDescriptorProto()
        file.name = "greeter.proto"
        file.package = "helloworld"
        file.syntax = "proto3"
        file.dependency = ["google/protobuf/any.proto"]
        var request = message("HelloRequest", "name")
        var extra = Google_Protobuf_FieldDescriptorProto()
        extra.name = "extra"
        extra.number = 2
        extra.label = .optional
        extra.type = .message
        extra.typeName = ".google.protobuf.Any"
        request.field.append(extra)
        file.messageType = [request, message("HelloReply", "message")]
        var service = Google_Protobuf_ServiceDescriptorProto()
        service.name = "Greeter"
        service.method = [
            method("SayHello"), method("GreetMany", server: true), method("GreetAll", client: true),
        ]
        file.service = [service]
        return file
    }()

    static let any: Google_Protobuf_FileDescriptorProto = {
        var file = Google_Protobuf_FileDescriptorProto()
        file.name = "google/protobuf/any.proto"
        file.package = "google.protobuf"
        file.syntax = "proto3"
        var value = message("Any", "type_url")
        var bytes = Google_Protobuf_FieldDescriptorProto()
        bytes.name = "value"
        bytes.number = 2
        bytes.label = .optional
        bytes.type = .bytes
        value.field.append(bytes)
        file.messageType = [value]
        return file
    }()

    static let beside: Google_Protobuf_FileDescriptorProto = {
        var file = Google_Protobuf_FileDescriptorProto()
        file.name = "beside.proto"
        file.package = "beside"
        file.syntax = "proto3"
        file.messageType = [message("Note", "text")]
        return file
    }()

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
        _ name: String, client: Bool = false, server: Bool = false
    ) -> Google_Protobuf_MethodDescriptorProto {
        var method = Google_Protobuf_MethodDescriptorProto()
        method.name = name
        method.inputType = ".helloworld.HelloRequest"
        method.outputType = ".helloworld.HelloReply"
        method.clientStreaming = client
        method.serverStreaming = server
        return method
    }
}

extension FacadeSettings {
    /// With the greeter's descriptors in the configuration.
    static var describingGreeter: FacadeSettings {
        get throws {
            var files = DescriptorFiles()
            try files.add(file: GreeterFile.greeter.serializedBytes())
            try files.add(file: GreeterFile.any.serializedBytes())
            var settings = FacadeSettings.test
            settings.descriptors = try DescriptorPool(files)
            return settings
        }
    }
}

extension FakeDapr {
    /// A POST with content of a media type.
    func post(
        _ target: String, _ type: String?, _ body: [UInt8] = [],
        _ fields: [(name: String, value: String)] = [], facade: Facade
    ) async -> Response {
        let typed = type.map { [(name: "Content-Type", value: $0)] } ?? []
        let request = Request(
            method: .post, target: RequestTarget(target), fields: FieldBlock(typed + fields),
            body: .bytes(body))
        return await facade.respond(to: request, id: "test-1", dapr: self)
    }

    func post(
        _ target: String, _ type: String?, _ body: [UInt8] = [],
        _ fields: [(name: String, value: String)] = [], settings: FacadeSettings = .test
    ) async -> Response {
        await post(target, type, body, fields, facade: Facade(settings: settings))
    }
}

extension Response {
    /// The content, however it comes.
    var content: [UInt8] {
        get async throws {
            switch body {
            case .empty: []
            case .bytes(let bytes): bytes
            case .stream(let stream): try await stream.collect(upTo: .max) ?? []
            }
        }
    }
}
