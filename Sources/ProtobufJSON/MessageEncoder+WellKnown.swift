import JSON

extension MessageEncoder {
    /// The content of a message that JSON has a form of its own for.
    func wellKnown(
        _ value: JSONValue, _ kind: WellKnownType, _ type: MessageType, depth: Int
    ) throws(TranscodingError) -> [UInt8] {
        switch kind {
        case .any: return try any(value, depth: depth)
        case .timestamp:
            guard let time = TimestampText.parse(try text(value, "a time")) else {
                throw TranscodingError(
                    .invalidValue, "expected a time such as 2026-01-31T23:59:59.5Z")
            }
            return Self.secondsAndNanos(time)
        case .duration:
            guard let duration = DurationText.parse(try text(value, "a duration")) else {
                throw TranscodingError(.invalidValue, "expected a duration such as 1.5s")
            }
            return Self.secondsAndNanos(duration)
        case .fieldMask:
            guard let paths = FieldMaskText.parse(try text(value, "a field mask")) else {
                throw TranscodingError(
                    .invalidValue, "expected names in lower camel case, separated by commas")
            }
            var writer = WireWriter()
            for path in paths { writer.field(1, .string(path), .string) }
            return writer.bytes
        case .structure: return try structure(value, depth: depth)
        case .value: return try self.value(value, depth: depth)
        case .listValue: return try listValue(value, depth: depth)
        case .wrapper: return try wrapper(value, type)
        }
    }

    private func text(_ value: JSONValue, _ what: String) throws(TranscodingError) -> String {
        guard case .string(let text) = value else {
            throw Self.expected("\(what) as a string", value)
        }
        return text
    }

    private static func secondsAndNanos(_ value: (seconds: Int64, nanos: Int32)) -> [UInt8] {
        var writer = WireWriter()
        if value.seconds != 0 { writer.field(1, .signed(value.seconds), .int64) }
        if value.nanos != 0 { writer.field(2, .signed(Int64(value.nanos)), .int32) }
        return writer.bytes
    }

    private func wrapper(
        _ value: JSONValue, _ type: MessageType
    ) throws(TranscodingError) -> [UInt8] {
        guard let field = type.field(number: 1), field.kind.message == nil else {
            throw TranscodingError(.invalidValue, "\(type.fullName) is not as it should be")
        }
        var writer = WireWriter()
        let scalar = try scalar(value, field.kind, isNumberInKey: false)
        if !scalar.isDefault { writer.field(1, scalar, field.kind) }
        return writer.bytes
    }

    // MARK: - Struct, Value, ListValue

    private func structure(_ value: JSONValue, depth: Int) throws(TranscodingError) -> [UInt8] {
        try checkDepth(depth)
        guard case .object(let object) = value else { throw Self.expected("an object", value) }
        var writer = WireWriter()
        var seen: Set<Scalar> = []
        for member in object.members {
            do throws(TranscodingError) {
                guard seen.insert(.string(member.key)).inserted else {
                    throw TranscodingError(.invalidValue, "the key is there twice")
                }
                var entry = WireWriter()
                entry.field(1, .string(member.key), .string)
                entry.message(2, try self.value(member.value, depth: depth + 1))
                writer.message(1, entry.bytes)
            } catch {
                throw error.inside(member.key)
            }
        }
        return writer.bytes
    }

    private func listValue(_ value: JSONValue, depth: Int) throws(TranscodingError) -> [UInt8] {
        try checkDepth(depth)
        guard case .array(let elements) = value else { throw Self.expected("an array", value) }
        var writer = WireWriter()
        for (index, element) in elements.enumerated() {
            do throws(TranscodingError) {
                writer.message(1, try self.value(element, depth: depth + 1))
            } catch {
                throw error.inside("[\(index)]")
            }
        }
        return writer.bytes
    }

    private func value(_ value: JSONValue, depth: Int) throws(TranscodingError) -> [UInt8] {
        try checkDepth(depth)
        var writer = WireWriter()
        switch value {
        case .null: writer.field(1, .signed(0), .int32)
        case .number:
            writer.field(2, try scalar(value, .double, isNumberInKey: false), .double)
        case .string(let text): writer.field(3, .string(text), .string)
        case .bool(let bool): writer.field(4, .bool(bool), .bool)
        case .object: writer.message(5, try structure(value, depth: depth + 1))
        case .array: writer.message(6, try listValue(value, depth: depth + 1))
        }
        return writer.bytes
    }

    // MARK: - Any

    private func any(_ value: JSONValue, depth: Int) throws(TranscodingError) -> [UInt8] {
        guard case .object(var object) = value else {
            throw Self.expected("an object with '@type'", value)
        }
        guard !object.members.isEmpty else { return [] }
        guard case .string(let url) = object["@type"] else {
            throw TranscodingError(
                .invalidValue,
                "'@type' has to name the type, such as "
                    + "type.googleapis.com/google.protobuf.Duration")
        }
        object.members.removeAll { $0.key == "@type" }
        let type = try pool.type(ofURL: url)
        let content: [UInt8]
        // One without fields is written either way.
        if type.wellKnown != nil || type.fullName == "google.protobuf.Empty" {
            guard let inner = object["value"], object.members.count == 1 else {
                guard type.wellKnown == nil, object.members.isEmpty else {
                    throw TranscodingError(
                        .invalidValue, "\(type.fullName) stands in 'value', beside '@type'")
                }
                return Self.any(url, [])
            }
            do throws(TranscodingError) {
                content = try self.content(inner, as: type, depth: depth + 1)
            } catch {
                throw error.inside("value")
            }
        } else {
            content = try self.content(object.members[...], as: type, depth: depth + 1)
        }
        return Self.any(url, content)
    }

    private static func any(_ url: String, _ content: [UInt8]) -> [UInt8] {
        var writer = WireWriter()
        writer.field(1, .string(url), .string)
        if !content.isEmpty { writer.field(2, .bytes(content), .bytes) }
        return writer.bytes
    }
}

extension DescriptorPool {
    /// The type of what a `google.protobuf.Any` holds.
    func type(ofURL url: String) throws(TranscodingError) -> MessageType {
        let name = url.split(separator: "/").last.map(String.init) ?? ""
        guard url.contains("/"), !name.isEmpty else {
            throw TranscodingError(.invalidValue, "'\(url)' is no URL of a type")
        }
        guard let reference = message(named: name) else {
            throw TranscodingError(.unknownType(name), "the type \(name) is not described")
        }
        return messages[reference.index]
    }
}
