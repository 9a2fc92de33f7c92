import JSON

extension MessageEncoder {
    /// Reads a value that is no message.
    ///
    /// - Parameter isNumberInKey: whether it is the key of a map, where JSON has only strings.
    func scalar(
        _ value: JSONValue, _ kind: Kind, isNumberInKey isKey: Bool
    ) throws(TranscodingError) -> Scalar {
        switch kind {
        case .int32, .sint32, .sfixed32: return .signed(try signed(value, bits: 32))
        case .int64, .sint64, .sfixed64: return .signed(try signed(value, bits: 64))
        case .uint32, .fixed32: return .unsigned(try unsigned(value, bits: 32))
        case .uint64, .fixed64: return .unsigned(try unsigned(value, bits: 64))
        case .double: return .double(try double(value))
        case .float: return .float(try float(value))
        case .bool: return .bool(try bool(value, isKey: isKey))
        case .string:
            guard case .string(let text) = value else { throw Self.expected("a string", value) }
            return .string(text)
        case .bytes: return .bytes(try bytes(value))
        case .enumeration(let index): return .signed(try enumeration(value, pool.enums[index]))
        case .message, .group: preconditionFailure("a message is no scalar")
        }
    }

    /// The text of a number, which may stand in quotes.
    private func numberText(_ value: JSONValue) -> String? {
        switch value {
        case .number(let number): number.text
        case .string(let text): text
        default: nil
        }
    }

    private func signed(_ value: JSONValue, bits: Int) throws(TranscodingError) -> Int64 {
        guard let text = numberText(value) else { throw Self.expected("a whole number", value) }
        guard let number = IntegerText(text)?.signed(bits: bits) else {
            throw TranscodingError(
                .invalidValue, "'\(Self.short(text))' is no whole number of \(bits) bits")
        }
        return number
    }

    private func unsigned(_ value: JSONValue, bits: Int) throws(TranscodingError) -> UInt64 {
        guard let text = numberText(value) else { throw Self.expected("a whole number", value) }
        guard let number = IntegerText(text)?.unsigned(bits: bits) else {
            throw TranscodingError(
                .invalidValue,
                "'\(Self.short(text))' is no whole number of \(bits) bits without a sign")
        }
        return number
    }

    /// What a number is that JSON has no number for.
    private static let special: [String: Double] = [
        "NaN": .nan, "Infinity": .infinity, "-Infinity": -.infinity,
    ]

    private func double(_ value: JSONValue) throws(TranscodingError) -> Double {
        guard let text = numberText(value) else { throw Self.expected("a number", value) }
        if case .string = value, let special = Self.special[text] { return special }
        guard let number = JSONNumber(text: text)?.double, number.isFinite else {
            throw TranscodingError(.invalidValue, "'\(Self.short(text))' is no double")
        }
        return number
    }

    private func float(_ value: JSONValue) throws(TranscodingError) -> Float {
        guard let text = numberText(value) else { throw Self.expected("a number", value) }
        if case .string = value, let special = Self.special[text] { return Float(special) }
        guard JSONNumber(text: text) != nil, let number = Float(text), number.isFinite else {
            throw TranscodingError(.invalidValue, "'\(Self.short(text))' is no float")
        }
        return number
    }

    private func bool(_ value: JSONValue, isKey: Bool) throws(TranscodingError) -> Bool {
        switch value {
        case .bool(let bool): return bool
        case .string("true") where isKey: return true
        case .string("false") where isKey: return false
        default: throw Self.expected("true or false", value)
        }
    }

    /// Base64 in either alphabet, padded or not.
    private func bytes(_ value: JSONValue) throws(TranscodingError) -> [UInt8] {
        guard case .string(let text) = value else { throw Self.expected("a string", value) }
        guard let bytes = Base64.decode(text) ?? Base64.decode(text, alphabet: .url) else {
            throw TranscodingError(.invalidValue, "this is no base64")
        }
        return bytes
    }

    private func enumeration(
        _ value: JSONValue, _ type: EnumType
    ) throws(TranscodingError) -> Int64 {
        switch value {
        case .null where type.isNull: return 0
        case .string(let name):
            guard let number = type.number(named: name) else {
                throw TranscodingError(
                    .invalidValue, "\(type.fullName) has no value '\(Self.short(name))'")
            }
            return Int64(number)
        case .number:
            let number = try signed(value, bits: 32)
            guard !type.isClosed || type.name(of: Int32(truncatingIfNeeded: number)) != nil else {
                throw TranscodingError(
                    .invalidValue, "\(type.fullName) has no value with the number \(number)")
            }
            return number
        default: throw Self.expected("the name or number of a \(type.fullName)", value)
        }
    }

    /// A text for an error, which need not be all of it.
    static func short(_ text: String) -> String {
        text.utf8.count <= 40 ? text : "\(text.prefix(40))..."
    }
}
