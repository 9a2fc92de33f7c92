import SwiftProtobuf

/// Makes types of descriptors: first every name gets its place, then fields find their types.
struct PoolBuilder {
    private struct Pending {
        let fullName: String
        let descriptor: Google_Protobuf_DescriptorProto
        let features: Features
    }

    private var pending: [Pending] = []
    private var pendingServices: [(name: String, Google_Protobuf_ServiceDescriptorProto)] = []
    private var enumIndex: [String: Int] = [:]
    private(set) var messageIndex: [String: Int] = [:]
    private(set) var messages: [MessageType] = []
    private(set) var enums: [EnumType] = []
    private(set) var services: [String: [String: RPCMethod]] = [:]

    /// No schema nests messages so deep; reading one needs the stack for it.
    private static let maximumNesting = 64

    // MARK: - Names

    mutating func register(_ file: Google_Protobuf_FileDescriptorProto) throws(DescriptorError) {
        let features = Features(file)
        for descriptor in file.enumType {
            try register(descriptor, in: file.package, features)
        }
        for descriptor in file.messageType {
            try register(descriptor, in: file.package, features, nesting: 0)
        }
        for service in file.service {
            pendingServices.append((Self.join(file.package, service.name), service))
        }
    }

    private mutating func register(
        _ descriptor: Google_Protobuf_DescriptorProto, in scope: String, _ features: Features,
        nesting: Int
    ) throws(DescriptorError) {
        let fullName = Self.join(scope, descriptor.name)
        guard nesting < Self.maximumNesting else {
            throw DescriptorError("\(fullName) is nested more than \(Self.maximumNesting) deep")
        }
        try checkIsNew(fullName)
        let features = features.with(descriptor.options.features)
        messageIndex[fullName] = pending.count
        pending.append(Pending(fullName: fullName, descriptor: descriptor, features: features))
        for nested in descriptor.enumType { try register(nested, in: fullName, features) }
        for nested in descriptor.nestedType {
            try register(nested, in: fullName, features, nesting: nesting + 1)
        }
    }

    private mutating func register(
        _ descriptor: Google_Protobuf_EnumDescriptorProto, in scope: String, _ features: Features
    ) throws(DescriptorError) {
        let fullName = Self.join(scope, descriptor.name)
        try checkIsNew(fullName)
        enumIndex[fullName] = enums.count
        enums.append(
            EnumType(
                fullName: fullName,
                isClosed: features.with(descriptor.options.features).isClosed,
                values: descriptor.value.map { ($0.name, $0.number) }))
    }

    private func checkIsNew(_ fullName: String) throws(DescriptorError) {
        guard messageIndex[fullName] == nil, enumIndex[fullName] == nil else {
            throw DescriptorError("the type \(fullName) is defined twice")
        }
    }

    private static func join(_ scope: String, _ name: String) -> String {
        scope.isEmpty ? name : "\(scope).\(name)"
    }

    // MARK: - Types

    mutating func link() throws(DescriptorError) {
        for message in pending { messages.append(try type(of: message)) }
        for (name, service) in pendingServices {
            var methods: [String: RPCMethod] = [:]
            for method in service.method {
                methods[method.name] = RPCMethod(
                    input: try reference(method.inputType, in: "\(name).\(method.name)"),
                    output: try reference(method.outputType, in: "\(name).\(method.name)"),
                    isClientStreaming: method.clientStreaming,
                    isServerStreaming: method.serverStreaming)
            }
            guard services.updateValue(methods, forKey: name) == nil else {
                throw DescriptorError("the service \(name) is defined twice")
            }
        }
    }

    private func type(of message: Pending) throws(DescriptorError) -> MessageType {
        let descriptor = message.descriptor
        var fields: [Field] = []
        for field in descriptor.field { fields.append(try self.field(field, of: message)) }
        if descriptor.options.mapEntry {
            guard fields.map(\.number).sorted() == [1, 2] else {
                throw DescriptorError("\(message.fullName) is no entry of a map")
            }
        }
        return try MessageType(
            fullName: message.fullName, fields: fields,
            oneofNames: descriptor.oneofDecl.map(\.name), isMapEntry: descriptor.options.mapEntry)
    }

    private func field(
        _ field: Google_Protobuf_FieldDescriptorProto, of message: Pending
    ) throws(DescriptorError) -> Field {
        let fullName = "\(message.fullName).\(field.name)"
        guard (1...0x1FFF_FFFF).contains(field.number) else {
            throw DescriptorError("\(fullName) has the number \(field.number)")
        }
        let features = message.features.with(field.options.features)
        let kind = try kind(of: field, named: fullName, features)
        var cardinality = Field.Cardinality.single
        if field.label == .repeated {
            cardinality = .repeated
            if let entry = kind.message, pending[entry].descriptor.options.mapEntry {
                cardinality = .map(entry: entry)
            }
        }
        var oneof: Int?
        if field.hasOneofIndex {
            guard message.descriptor.oneofDecl.indices.contains(Int(field.oneofIndex)) else {
                throw DescriptorError("\(fullName) belongs to a oneof that is not there")
            }
            // What `optional` means in proto3 is written as a oneof of one field.
            if !field.proto3Optional { oneof = Int(field.oneofIndex) }
        }
        return Field(
            name: field.name,
            jsonName: field.jsonName.isEmpty ? Self.jsonName(of: field.name) : field.jsonName,
            number: Int(field.number), kind: kind, cardinality: cardinality,
            hasPresence: field.hasOneofIndex || kind.message != nil || features.hasPresence,
            isPacked: field.options.hasPacked ? field.options.packed : features.isPacked,
            verifiesUTF8: features.verifiesUTF8, oneof: oneof)
    }

    private func kind(
        of field: Google_Protobuf_FieldDescriptorProto, named fullName: String,
        _ features: Features
    ) throws(DescriptorError) -> Kind {
        switch field.type {
        case .double: return .double
        case .float: return .float
        case .int64: return .int64
        case .uint64: return .uint64
        case .int32: return .int32
        case .fixed64: return .fixed64
        case .fixed32: return .fixed32
        case .bool: return .bool
        case .string: return .string
        case .bytes: return .bytes
        case .uint32: return .uint32
        case .sfixed32: return .sfixed32
        case .sfixed64: return .sfixed64
        case .sint32: return .sint32
        case .sint64: return .sint64
        case .group: return .group(try reference(field.typeName, in: fullName).index)
        case .message:
            let index = try reference(field.typeName, in: fullName).index
            // Entries of maps are never groups, whatever the features around them say.
            let isGroup = features.isDelimited && !pending[index].descriptor.options.mapEntry
            return isGroup ? .group(index) : .message(index)
        case .enum:
            guard let index = enumIndex[Self.unrooted(field.typeName)] else {
                throw Self.missing(field.typeName, in: fullName)
            }
            return .enumeration(index)
        }
    }

    private func reference(
        _ typeName: String, in user: String
    ) throws(DescriptorError) -> MessageReference {
        guard let index = messageIndex[Self.unrooted(typeName)] else {
            throw Self.missing(typeName, in: user)
        }
        return MessageReference(index: index)
    }

    private static func missing(_ typeName: String, in user: String) -> DescriptorError {
        DescriptorError(
            "\(user) needs the type \(unrooted(typeName)), which no file defines; "
                + "protoc adds imported files with --include_imports")
    }

    private static func unrooted(_ typeName: String) -> String {
        typeName.hasPrefix(".") ? String(typeName.dropFirst()) : typeName
    }

    /// What protoc gives a field that does not say: `lower_camel` becomes `lowerCamel`.
    private static func jsonName(of name: String) -> String {
        var text = ""
        var isUpper = false
        for character in name {
            if character == "_" {
                isUpper = true
            } else {
                text += isUpper ? character.uppercased() : String(character)
                isUpper = false
            }
        }
        return text
    }
}
