extension MessagePrinter {
    /// Writes a message that JSON has a form of its own for.
    mutating func wellKnown(
        _ message: DynamicMessage, _ kind: WellKnownType, _ type: MessageType, depth: Int
    ) throws(TranscodingError) {
        switch kind {
        case .any: try any(message, depth: depth)
        case .timestamp:
            try text(
                TimestampText.text(seconds: message.integer(1), nanos: message.integer(2)),
                "the time is out of range")
        case .duration:
            try text(
                DurationText.text(seconds: message.integer(1), nanos: message.integer(2)),
                "the duration is out of range")
        case .fieldMask:
            let paths = (message.lists[1] ?? []).compactMap { element in
                if case .scalar(.string(let path)) = element { path } else { nil }
            }
            try text(FieldMaskText.text(paths), "a path of the mask has no form in JSON")
        case .structure: try structure(message, depth: depth)
        case .value: try value(message, depth: depth)
        case .listValue: try list(message, depth: depth)
        case .wrapper:
            guard let field = type.field(number: 1), field.kind.message == nil else {
                throw TranscodingError(.malformedMessage, "\(type.fullName) is not as it should be")
            }
            if let scalar = message.scalar(1) ?? field.kind.standardValue {
                self.scalar(scalar, field.kind)
            }
        }
    }

    private mutating func text(_ text: String?, _ fault: String) throws(TranscodingError) {
        guard let text else { throw TranscodingError(.malformedMessage, fault) }
        writeString(text)
    }

    private mutating func structure(
        _ message: DynamicMessage, depth: Int
    ) throws(TranscodingError) {
        try checkDepth(depth)
        try writeObject { (printer) throws(TranscodingError) in
            guard let entries = message.maps[1] else { return }
            for key in entries.keys {
                guard case .string(let name) = key, case .message(let value) = entries[key] else {
                    continue
                }
                printer.writeKey(name)
                try printer.value(value, depth: depth + 1)
            }
        }
    }

    private mutating func list(_ message: DynamicMessage, depth: Int) throws(TranscodingError) {
        try checkDepth(depth)
        try writeArray { (printer) throws(TranscodingError) in
            for case .message(let value) in message.lists[1] ?? [] {
                try printer.value(value, depth: depth + 1)
            }
        }
    }

    private mutating func value(_ message: DynamicMessage, depth: Int) throws(TranscodingError) {
        if case .double(let number) = message.scalar(2) {
            guard number.isFinite else {
                throw TranscodingError(.malformedMessage, "JSON has no number for \(number)")
            }
            scalar(.double(number), .double)
        } else if case .string(let string) = message.scalar(3) {
            writeString(string)
        } else if case .bool(let bool) = message.scalar(4) {
            scalar(.bool(bool), .bool)
        } else if case .message(let inner) = message.singles[5] {
            try structure(inner, depth: depth + 1)
        } else if case .message(let inner) = message.singles[6] {
            try list(inner, depth: depth + 1)
        } else {
            writeNull()
        }
    }

    private mutating func any(_ message: DynamicMessage, depth: Int) throws(TranscodingError) {
        guard case .string(let url) = message.scalar(1), !url.isEmpty else {
            return try writeObject { _ throws(TranscodingError) in }
        }
        let type = try pool.type(ofURL: url)
        var bytes: [UInt8] = []
        if case .bytes(let content) = message.scalar(2) { bytes = content }
        var inner = DynamicMessage()
        var reader = WireReader(bytes)
        try inner.merge(&reader, as: type, in: pool, depth: depth + 1)
        let held = inner
        try writeObject { (printer) throws(TranscodingError) in
            printer.writeKey("@type")
            printer.writeString(url)
            if type.wellKnown == nil {
                try printer.members(held, of: type, depth: depth + 1)
            } else {
                printer.writeKey("value")
                try printer.value(held, as: type, depth: depth + 1)
            }
        }
    }
}

extension Kind {
    /// The value of a wrapper that has nothing in it.
    fileprivate var standardValue: Scalar? {
        switch self {
        case .double: .double(0)
        case .float: .float(0)
        case .int32, .int64, .sint32, .sint64, .sfixed32, .sfixed64: .signed(0)
        case .uint32, .uint64, .fixed32, .fixed64: .unsigned(0)
        case .bool: .bool(false)
        case .string: .string("")
        case .bytes: .bytes([])
        case .enumeration, .message, .group: nil
        }
    }
}
