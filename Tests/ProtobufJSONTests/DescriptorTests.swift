import SwiftProtobuf
import Testing

@testable import ProtobufJSON

@Suite("Descriptors")
struct DescriptorTests {
    private static func file(
        _ change: (inout Google_Protobuf_FileDescriptorProto) -> Void
    ) throws -> DescriptorFiles {
        var file = Google_Protobuf_FileDescriptorProto()
        file.name = "a.proto"
        file.package = "a"
        file.syntax = "proto3"
        change(&file)
        var files = DescriptorFiles()
        try files.add(file: file.serializedBytes())
        return files
    }

    private static func message(
        _ name: String, _ change: (inout Google_Protobuf_FieldDescriptorProto) -> Void
    ) -> Google_Protobuf_DescriptorProto {
        var field = Google_Protobuf_FieldDescriptorProto()
        field.name = "f_g"
        field.number = 1
        field.label = .optional
        field.type = .string
        change(&field)
        var message = Google_Protobuf_DescriptorProto()
        message.name = name
        message.field = [field]
        return message
    }

    @Test("methods are found, with what they take and how they stream")
    func methods() throws {
        let pool = try Kinds().pool
        let everything = try #require(pool.message(named: "kinds.Everything"))
        #expect(pool.contains(service: "kinds.Kinds"))
        #expect(!pool.contains(service: "kinds.Kind"))
        #expect(
            pool.method("Repeat", of: "kinds.Kinds")
                == RPCMethod(
                    input: everything, output: everything, isClientStreaming: false,
                    isServerStreaming: true))
        #expect(pool.method("Collect", of: "kinds.Kinds")?.isClientStreaming == true)
        #expect(pool.method("None", of: "kinds.Kinds") == nil)
    }

    @Test("what is no descriptor set is refused", arguments: [[], [0xFF], Array("{}".utf8)])
    func noSet(bytes: [UInt8]) {
        var files = DescriptorFiles()
        #expect(throws: DescriptorError.self) { try files.add(set: bytes) }
        #expect(files.count == 0)
    }

    @Test("files that come twice count once, and missing imports are told")
    func collecting() throws {
        var files = DescriptorFiles()
        try files.add(set: Kinds.fixture("kinds.pb"))
        let count = files.count
        try files.add(set: Kinds.fixture("kinds.pb"))
        #expect(files.count == count)
        #expect(files.missingImports == [])
        #expect(files.contains("google/protobuf/any.proto"))
        let importing = try Self.file { $0.dependency = ["b.proto", "c.proto", "b.proto"] }
        #expect(importing.missingImports == ["b.proto", "c.proto"])
    }

    @Test("a name that no file gives to JSON is made as protoc makes it")
    func jsonName() throws {
        let pool = try DescriptorPool(Self.file { $0.messageType = [Self.message("M") { _ in }] })
        let message = try #require(pool.message(named: "a.M"))
        let bytes = try pool.message(fromJSON: Array(#"{"fG":"x"}"#.utf8), as: message)
        #expect(bytes == [0x0A, 1, 0x78])
    }

    @Test("an edition's features say how fields are written")
    func editions() throws {
        let pool = try DescriptorPool(
            Self.file { file in
                file.syntax = "editions"
                file.edition = .edition2023
                file.options.features.messageEncoding = .delimited
                file.messageType = [
                    Self.message("M") { _ in },
                    Self.message("N") { field in
                        field.type = .message
                        field.typeName = ".a.M"
                    },
                    Self.message("I") { $0.options.features.fieldPresence = .implicit },
                ]
            })
        let group = try #require(pool.message(named: "a.N"))
        // Presence: the empty text is kept. A group: between two tags.
        let bytes = try pool.message(fromJSON: Array(#"{"fG":{"fG":""}}"#.utf8), as: group)
        #expect(bytes == [0x0B, 0x0A, 0, 0x0C])
        let implicit = try #require(pool.message(named: "a.I"))
        #expect(try pool.message(fromJSON: Array(#"{"fG":""}"#.utf8), as: implicit) == [])
    }

    @Test("files that make no sense are refused, and it is said where")
    func senseless() throws {
        let changes: [((inout Google_Protobuf_FileDescriptorProto) -> Void, String)] = [
            (
                { $0.messageType = [Self.message("M") { _ in }, Self.message("M") { _ in }] },
                "a.M is defined twice"
            ),
            (
                {
                    $0.messageType = [
                        Self.message("M") { field in
                            field.type = .message
                            field.typeName = ".b.N"
                        }
                    ]
                },
                "a.M.f_g needs the type b.N, which no file defines; protoc adds imported files with --include_imports"
            ),
            (
                { $0.messageType = [Self.message("M") { $0.number = 0 }] },
                "a.M.f_g has the number 0"
            ),
            (
                { $0.messageType = [Self.message("M") { $0.oneofIndex = 3 }] },
                "a.M.f_g belongs to a oneof"
            ),
            (
                {
                    var message = Self.message("M") { _ in }
                    message.options.mapEntry = true
                    $0.messageType = [message]
                }, "a.M is no entry of a map"
            ),
            (
                {
                    var message = Self.message("M") { _ in }
                    message.field.append(message.field[0])
                    $0.messageType = [message]
                }, "a.M has two fields with number 1"
            ),
        ]
        for (change, text) in changes {
            let files = try Self.file(change)
            let error = #expect(throws: DescriptorError.self) { try DescriptorPool(files) }
            #expect(error?.description.contains(text) == true, "\(error?.description ?? "")")
        }
    }

    @Test("questions to a reflection service, and its answers")
    func reflection() throws {
        #expect(ReflectionRequest.file(name: "a").bytes == [0x1A, 1, 0x61])
        #expect(ReflectionRequest.fileContaining(symbol: "a").bytes == [0x22, 1, 0x61])
        #expect(
            try ReflectionResponse(bytes(hex: "0a0178 12021a00 2207 0a0161 0a02 6263"))
                == .files([[0x61], [0x62, 0x63]]))
        #expect(
            try ReflectionResponse(bytes(hex: "3a05 0805 120161"))
                == .failure(code: 5, message: "a"))
        for hex in ["", "22", "2205", "0a0178"] {
            #expect(throws: TranscodingError.self) { try ReflectionResponse(bytes(hex: hex)) }
        }
    }
}
