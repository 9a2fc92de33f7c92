// The few messages of gRPC's server reflection that a client needs; `grpc.reflection.v1` and
// `v1alpha` have the same fields (https://github.com/grpc/grpc-proto, grpc/reflection/v1).

/// What a client asks a server about its descriptors (`ServerReflectionRequest`).
public enum ReflectionRequest: Sendable, Hashable {
    /// For a file, by the name that imports have.
    case file(name: String)
    /// For the file that defines a service, message or enumeration.
    case fileContaining(symbol: String)

    /// The request in wire format.
    public var bytes: [UInt8] {
        var writer = WireWriter()
        switch self {
        case .file(let name): writer.field(3, .string(name), .string)
        case .fileContaining(let symbol): writer.field(4, .string(symbol), .string)
        }
        return writer.bytes
    }
}

/// What the server answers (`ServerReflectionResponse`).
public enum ReflectionResponse: Sendable, Hashable {
    /// Serialized `google.protobuf.FileDescriptorProto`s: the file, and as many of its imports as the
    /// server likes.
    case files([[UInt8]])
    /// A gRPC status code and its message.
    case failure(code: Int, message: String)

    /// Reads a response.
    ///
    /// - Throws: when the bytes are none, or answer something else.
    public init(_ bytes: [UInt8]) throws(TranscodingError) {
        var reader = WireReader(bytes)
        var found: ReflectionResponse?
        while let tag = try reader.tag() {
            switch (tag.number, tag.type) {
            case (4, .lengthDelimited):
                var nested = try reader.nested()
                found = .files(try Self.files(&nested))
            case (7, .lengthDelimited):
                var nested = try reader.nested()
                found = try Self.failure(&nested)
            default: try reader.skip(tag.number, tag.type, depth: 1)
            }
        }
        guard let found else {
            throw TranscodingError(.malformedMessage, "the reflection service's answer is none")
        }
        self = found
    }

    private static func files(_ reader: inout WireReader) throws(TranscodingError) -> [[UInt8]] {
        var files: [[UInt8]] = []
        while let tag = try reader.tag() {
            if tag.number == 1, tag.type == .lengthDelimited,
                case .bytes(let file) = try reader.scalar(.bytes, verifiesUTF8: false)
            {
                files.append(file)
            } else {
                try reader.skip(tag.number, tag.type, depth: 1)
            }
        }
        return files
    }

    private static func failure(
        _ reader: inout WireReader
    ) throws(TranscodingError) -> ReflectionResponse {
        var code = 0
        var message = ""
        while let tag = try reader.tag() {
            switch (tag.number, tag.type) {
            case (1, .varint): code = Int(truncatingIfNeeded: try reader.varint())
            case (2, .lengthDelimited):
                if case .string(let text) = try reader.scalar(.string, verifiesUTF8: false) {
                    message = text
                }
            default: try reader.skip(tag.number, tag.type, depth: 1)
            }
        }
        return .failure(code: code, message: message)
    }
}
