import JSON

/// From a message to JSON (https://protobuf.dev/programming-guides/json).
struct MessagePrinter {
    let pool: DescriptorPool
    private(set) var writer = JSONWriter()

    init(pool: DescriptorPool) {
        self.pool = pool
    }

    /// Writes a message as one value.
    mutating func value(
        _ message: DynamicMessage, as type: MessageType, depth: Int
    ) throws(TranscodingError) {
        try checkDepth(depth)
        if let wellKnown = type.wellKnown {
            return try self.wellKnown(message, wellKnown, type, depth: depth)
        }
        writer.beginObject()
        try members(message, of: type, depth: depth)
        writer.endObject()
    }

    /// Writes the fields of a message into an object that is open.
    mutating func members(
        _ message: DynamicMessage, of type: MessageType, depth: Int
    ) throws(TranscodingError) {
        for field in type.fields {
            do throws(TranscodingError) {
                try member(field, of: message, depth: depth)
            } catch {
                throw error.inside(field.name)
            }
        }
    }

    private mutating func member(
        _ field: Field, of message: DynamicMessage, depth: Int
    ) throws(TranscodingError) {
        switch field.cardinality {
        case .single:
            guard let element = message.singles[field.number] else { return }
            if case .scalar(let scalar) = element, !field.hasPresence, scalar.isDefault { return }
            writer.key(field.jsonName)
            try self.element(element, field.kind, depth: depth)
        case .repeated:
            guard let elements = message.lists[field.number], !elements.isEmpty else { return }
            writer.key(field.jsonName)
            writer.beginArray()
            for (index, element) in elements.enumerated() {
                do throws(TranscodingError) {
                    try self.element(element, field.kind, depth: depth)
                } catch {
                    throw error.inside("[\(index)]")
                }
            }
            writer.endArray()
        case .map(let entry):
            guard let entries = message.maps[field.number],
                let value = pool.messages[entry].field(number: 2)
            else { return }
            writer.key(field.jsonName)
            writer.beginObject()
            for key in entries.keys {
                guard let element = entries[key] else { continue }
                writer.key(key.keyText)
                do throws(TranscodingError) {
                    try self.element(element, value.kind, depth: depth)
                } catch {
                    throw error.inside("[\"\(key.keyText)\"]")
                }
            }
            writer.endObject()
        }
    }

    private mutating func element(
        _ element: DynamicMessage.Element, _ kind: Kind, depth: Int
    ) throws(TranscodingError) {
        switch element {
        case .message(let message):
            guard let index = kind.message else { return writer.null() }
            try value(message, as: pool.messages[index], depth: depth + 1)
        case .scalar(let scalar): self.scalar(scalar, kind)
        }
    }

    /// Writes a value that is no message.
    mutating func scalar(_ scalar: Scalar, _ kind: Kind) {
        switch scalar {
        case .signed(let value):
            if case .enumeration(let index) = kind {
                enumeration(Int32(truncatingIfNeeded: value), pool.enums[index])
            } else if kind.is64Bit {
                writer.string(String(value))
            } else {
                writer.int(value)
            }
        case .unsigned(let value):
            if kind.is64Bit { writer.string(String(value)) } else { writer.int(value) }
        case .double(let value): number(JSONNumber(value), value)
        case .float(let value):
            // The digits that tell a float from its neighbours; those of a double would be more.
            number(Double(value.description).flatMap { JSONNumber($0) }, Double(value))
        case .bool(let value): writer.bool(value)
        case .string(let value): writer.string(value)
        case .bytes(let value): writer.string(Base64.encode(value))
        }
    }

    private mutating func number(_ number: JSONNumber?, _ value: Double) {
        // Readers that take `-0` for a whole number would lose its sign.
        if value == 0, value.sign == .minus, let zero = JSONNumber(text: "-0.0") {
            return writer.number(zero)
        }
        if let number, value.isFinite { return writer.number(number) }
        writer.string(value.isNaN ? "NaN" : value < 0 ? "-Infinity" : "Infinity")
    }

    private mutating func enumeration(_ number: Int32, _ type: EnumType) {
        if type.isNull { return writer.null() }
        if let name = type.name(of: number) { writer.string(name) } else { writer.int(number) }
    }

    // MARK: - For the forms of well-known types

    mutating func writeNull() { writer.null() }

    mutating func writeString(_ text: String) { writer.string(text) }

    mutating func writeKey(_ key: String) { writer.key(key) }

    mutating func writeObject(
        _ body: (inout MessagePrinter) throws(TranscodingError) -> Void
    ) throws(TranscodingError) {
        writer.beginObject()
        try body(&self)
        writer.endObject()
    }

    mutating func writeArray(
        _ body: (inout MessagePrinter) throws(TranscodingError) -> Void
    ) throws(TranscodingError) {
        writer.beginArray()
        try body(&self)
        writer.endArray()
    }
}

extension Kind {
    /// JavaScript cannot hold these as numbers, so JSON has them as strings.
    fileprivate var is64Bit: Bool {
        switch self {
        case .int64, .uint64, .sint64, .fixed64, .sfixed64: true
        default: false
        }
    }
}

extension Scalar {
    /// The key of a map as JSON has it.
    fileprivate var keyText: String {
        switch self {
        case .signed(let value): String(value)
        case .unsigned(let value): String(value)
        case .bool(let value): value ? "true" : "false"
        case .string(let value): value
        // No map has such keys.
        case .double(let value): String(value)
        case .float(let value): String(value)
        case .bytes(let value): Base64.encode(value)
        }
    }
}
