// The one place where values are encoded and decoded; only here does the client know Foundation's
// coders and `Data` as a caller's value.
import FoundationEssentials

enum PlainValue {
    /// The bytes of a value that is nothing but bytes; nil for all others.
    static func bytes<Value>(of value: Value) -> [UInt8]? {
        // The type is compared first: a cast alone would take an empty array of anything.
        if Value.self == [UInt8].self { return value as? [UInt8] }
        if Value.self == Data.self { return (value as? Data).map(Array.init) }
        return nil
    }

    /// The bytes as a value that is nothing but bytes; nil for all others.
    static func value<Value>(_ type: Value.Type, from bytes: [UInt8]) -> Value? {
        if type == [UInt8].self { return bytes as? Value }
        if type == Data.self { return Data(bytes) as? Value }
        return nil
    }

    // MARK: - JSON

    /// A value as JSON, with dates in ISO 8601.
    static func json(of value: some Encodable) throws(DaprError) -> [UInt8] {
        do {
            return try Array(encoder.encode(value))
        } catch {
            throw DaprError(
                .invalidArgument, "the value cannot be encoded: \(error)", isUnprocessed: true)
        }
    }

    /// A value from JSON.
    static func parse<Value: Decodable>(
        _ type: Value.Type, json: [UInt8]
    ) throws(DaprError) -> Value {
        do {
            return try decoder.decode(type, from: Data(json))
        } catch {
            throw DaprError(
                .malformedResponse, "the content cannot be read as \(type): \(error)")
        }
    }

    private static let encoder: JSONEncoder = {
        let encoder = JSONEncoder()
        // Equal values give equal bytes.
        encoder.outputFormatting = [.withoutEscapingSlashes, .sortedKeys]
        encoder.dateEncodingStrategy = .iso8601
        return encoder
    }()

    private static let decoder: JSONDecoder = {
        let decoder = JSONDecoder()
        decoder.dateDecodingStrategy = .custom { decoder in
            let container = try decoder.singleValueContainer()
            let text = try container.decode(String.self)
            let whole = Date.ISO8601FormatStyle()
            let fractional = Date.ISO8601FormatStyle(includingFractionalSeconds: true)
            // Others write fractions of seconds, which the plain style does not take.
            guard let date = (try? whole.parse(text)) ?? (try? fractional.parse(text)) else {
                throw DecodingError.dataCorruptedError(
                    in: container, debugDescription: "'\(text)' is no date in ISO 8601")
            }
            return date
        }
        return decoder
    }()
}
