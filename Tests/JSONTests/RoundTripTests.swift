import JSON
import Testing

/// A small seeded generator, so that a failure can be repeated (Steele, Lea, Flood 2014).
struct SplitMix64: RandomNumberGenerator {
    private var state: UInt64

    init(seed: UInt64) {
        state = seed
    }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }
}

/// Properties that hold for any value.
@Suite struct RoundTripTests {
    private static func string(_ random: inout SplitMix64) -> String {
        let special: [Unicode.Scalar] = [
            "\"", "\\", "/", "\0", "\n", "\u{1F}", "<", "é", "\u{301}", "\u{2028}", "\u{1F600}",
        ]
        var scalars = String.UnicodeScalarView()
        for _ in 0..<Int.random(in: 0...12, using: &random) {
            let plain = Unicode.Scalar(UInt8.random(in: 0x20...0x7E, using: &random))
            scalars.append(
                Bool.random(using: &random) ? plain : special.randomElement(using: &random) ?? plain
            )
        }
        return String(scalars)
    }

    private static func value(_ random: inout SplitMix64, depth: Int) -> JSONValue {
        switch Int.random(in: 0..<(depth > 0 ? 7 : 5), using: &random) {
        case 0: return nil
        case 1: return .bool(Bool.random(using: &random))
        case 2: return .number(JSONNumber(Int.random(in: .min ... .max, using: &random)))
        case 3:
            let double = Double(bitPattern: random.next())
            return JSONNumber(double).map(JSONValue.number) ?? nil
        case 4: return .string(string(&random))
        case 5:
            return .array(
                (0..<Int.random(in: 0...5, using: &random)).map { _ in
                    value(&random, depth: depth - 1)
                })
        default:
            return .object(
                JSONObject(
                    (0..<Int.random(in: 0...5, using: &random)).map { _ in
                        .init(key: string(&random), value: value(&random, depth: depth - 1))
                    }))
        }
    }

    @Test(
        "what is written reads back equal, however it is written",
        arguments: 0..<20 as Range<UInt64>)
    func roundTrip(seed: UInt64) throws {
        var random = SplitMix64(seed: seed)
        for _ in 0..<100 {
            let value = Self.value(&random, depth: 5)
            let bytes = value.serialized()
            #expect(isValidJSON(bytes))
            #expect(try JSONValue.parse(bytes) == value)
            #expect(try compactJSON(bytes, escapeHTML: false) == bytes)
            let escaped = value.serialized(options: JSONWriter.Options(escapeHTML: true))
            #expect(try JSONValue.parse(escaped) == value)
            #expect(try compactJSON(bytes, escapeHTML: true) == escaped)
            let root = try JSONDocument(parsing: bytes).root
            #expect(root.value == value)
            #expect(try rebuilt(root) == value)
        }
    }

    /// The value from the texts of its parts.
    private func rebuilt(_ node: JSONNode) throws -> JSONValue {
        switch node.kind {
        case .array: .array(try node.elements.map(rebuilt))
        case .object:
            .object(
                JSONObject(
                    try node.members.map { .init(key: $0.key, value: try rebuilt($0.value)) }))
        default: try JSONValue.parse(node.text)
        }
    }

    @Test(
        "no damage to a text goes wrong otherwise than by an error",
        arguments: 0..<20 as Range<UInt64>)
    func damage(seed: UInt64) {
        var random = SplitMix64(seed: seed)
        for _ in 0..<200 {
            var bytes = Self.value(&random, depth: 4).serialized()
            let place = Int.random(in: 0..<bytes.count, using: &random)
            if Bool.random(using: &random) {
                bytes[place] = UInt8.random(in: 0...255, using: &random)
            } else {
                bytes.removeSubrange(place...)
            }
            let isValid = isValidJSON(bytes)
            let strict = try? JSONValue.parse(bytes)
            let lenient = try? JSONValue.parse(
                bytes, options: JSONParsingOptions(invalidUTF8: .replace))
            // Stricter readers accept less.
            #expect(strict == nil || isValid)
            #expect(!isValid || lenient != nil)
            if let lenient { #expect(isValidJSON(lenient.serialized())) }
        }
    }
}
