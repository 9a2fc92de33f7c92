import JSON

/// From JSON to a message (https://protobuf.dev/programming-guides/json).
struct MessageEncoder {
    let pool: DescriptorPool

    /// The content of a message.
    func content(
        _ value: JSONValue, as type: MessageType, depth: Int
    ) throws(TranscodingError) -> [UInt8] {
        try checkDepth(depth)
        if let wellKnown = type.wellKnown {
            return try self.wellKnown(value, wellKnown, type, depth: depth)
        }
        guard case .object(let object) = value else {
            throw Self.expected("an object for \(type.fullName)", value)
        }
        return try content(object.members[...], as: type, depth: depth)
    }

    /// The content of a message whose members these are.
    func content(
        _ members: ArraySlice<JSONObject.Member>, as type: MessageType, depth: Int
    ) throws(TranscodingError) -> [UInt8] {
        var writer = WireWriter()
        var seen: Set<Int> = []
        var chosen: [Int: String] = [:]
        for member in members {
            guard let field = type.field(named: member.key) else {
                throw TranscodingError(
                    .unknownField, "\(type.fullName) has no such field", path: member.key)
            }
            guard seen.insert(field.number).inserted else {
                throw TranscodingError(
                    .invalidValue, "the field is there twice", path: member.key)
            }
            // null is how JSON spells a field that is not there, unless null is a value of its type.
            if member.value.isNull, !takesNull(field) { continue }
            if let oneof = field.oneof,
                let other = chosen.updateValue(member.key, forKey: oneof)
            {
                throw TranscodingError(
                    .invalidValue,
                    "it and '\(other)' are choices of the oneof '\(type.oneofNames[oneof])'",
                    path: member.key)
            }
            do throws(TranscodingError) {
                try write(field, member.value, to: &writer, depth: depth)
            } catch {
                throw error.inside(member.key)
            }
        }
        return writer.bytes
    }

    private func takesNull(_ field: Field) -> Bool {
        guard field.cardinality == .single else { return false }
        switch field.kind {
        case .message(let index): return pool.messages[index].wellKnown == .value
        case .enumeration(let index): return pool.enums[index].isNull
        default: return false
        }
    }

    private func write(
        _ field: Field, _ value: JSONValue, to writer: inout WireWriter, depth: Int
    ) throws(TranscodingError) {
        switch field.cardinality {
        case .single: try writeElement(field, value, to: &writer, depth: depth)
        case .repeated:
            guard case .array(let elements) = value else { throw Self.expected("an array", value) }
            var packed = WireWriter()
            let isPacked = field.isPacked && field.kind.isPackable
            for (index, element) in elements.enumerated() {
                do throws(TranscodingError) {
                    if isPacked {
                        packed.scalar(
                            try scalar(element, field.kind, isNumberInKey: false), field.kind)
                    } else {
                        try writeElement(field, element, to: &writer, depth: depth)
                    }
                } catch {
                    throw error.inside("[\(index)]")
                }
            }
            if !packed.bytes.isEmpty { writer.message(field.number, packed.bytes) }
        case .map(let entry):
            guard case .object(let object) = value else { throw Self.expected("an object", value) }
            try writeEntries(object, pool.messages[entry], field, to: &writer, depth: depth)
        }
    }

    private func writeEntries(
        _ object: JSONObject, _ type: MessageType, _ field: Field, to writer: inout WireWriter,
        depth: Int
    ) throws(TranscodingError) {
        guard let keyField = type.field(number: 1), let valueField = type.field(number: 2) else {
            preconditionFailure("an entry of a map has a key and a value")
        }
        var seen: Set<Scalar> = []
        for member in object.members {
            do throws(TranscodingError) {
                let key = try scalar(.string(member.key), keyField.kind, isNumberInKey: true)
                guard seen.insert(key).inserted else {
                    throw TranscodingError(.invalidValue, "the key is there twice")
                }
                var entry = WireWriter()
                entry.field(1, key, keyField.kind)
                try writeElement(
                    valueField, member.value, to: &entry, depth: depth, isInMap: true)
                writer.message(field.number, entry.bytes)
            } catch {
                throw error.inside("[\"\(member.key)\"]")
            }
        }
    }

    /// One value with its tag.
    private func writeElement(
        _ field: Field, _ value: JSONValue, to writer: inout WireWriter, depth: Int,
        isInMap: Bool = false
    ) throws(TranscodingError) {
        if let index = field.kind.message {
            let type = pool.messages[index]
            if value.isNull, type.wellKnown != .value {
                throw TranscodingError(.invalidValue, "null is no value of \(type.fullName)")
            }
            let content = try content(value, as: type, depth: depth + 1)
            writer.message(field.number, content, isGroup: field.kind == .group(index))
            return
        }
        let scalar = try scalar(value, field.kind, isNumberInKey: false)
        // What cannot be told from its default is not written; elements always are.
        guard field.cardinality != .single || field.hasPresence || isInMap || !scalar.isDefault
        else { return }
        writer.field(field.number, scalar, field.kind)
    }

    static func expected(_ what: String, _ value: JSONValue) -> TranscodingError {
        let found =
            switch value {
            case .null: "null"
            case .bool: "true or false"
            case .number: "a number"
            case .string: "a string"
            case .array: "an array"
            case .object: "an object"
            }
        return TranscodingError(.invalidValue, "expected \(what), found \(found)")
    }
}

extension Kind {
    fileprivate var isPackable: Bool {
        wireType != .lengthDelimited && wireType != .startGroup
    }
}

extension EnumType {
    /// Whether this is `google.protobuf.NullValue`, whose JSON form is null.
    var isNull: Bool { fullName == "google.protobuf.NullValue" }
}
