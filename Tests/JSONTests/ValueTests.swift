import JSON
import Testing

@Suite struct ValueTests {
    @Test("a value is read with order, duplicates and number text kept")
    func reads() throws {
        let value = try JSONValue.parse(
            Array(#"{"b":[1.0,-0,1E2],"a":null,"b":true,"c":{"d":"e"}}"#.utf8))
        let expected: JSONValue = .object(
            JSONObject([
                .init(
                    key: "b",
                    value: .array(
                        ["1.0", "-0", "1E2"].compactMap { JSONNumber(text: $0) }.map(
                            JSONValue.number))),
                .init(key: "a", value: nil), .init(key: "b", value: true),
                .init(key: "c", value: ["d": "e"]),
            ]))
        #expect(value == expected)
        #expect(value["b"] == true)
        #expect(value["a"]?.isNull == true)
        #expect(value["x"] == nil)
        #expect(value["c"]?["d"]?.stringValue == "e")
        #expect(value.objectValue?.members.map(\.key) == ["b", "a", "b", "c"])
        #expect(value.objectValue?.members.first?.value.arrayValue?.count == 3)
    }

    @Test("conveniences answer nil for other kinds")
    func otherKinds() {
        let values: [JSONValue] = [nil, true, 1, 1.5, "a", [], [:]]
        #expect(values.map(\.isNull) == [true, false, false, false, false, false, false])
        #expect(values.map(\.boolValue) == [nil, true, nil, nil, nil, nil, nil])
        #expect(values.map(\.intValue) == [nil, nil, 1, nil, nil, nil, nil])
        #expect(values.map(\.doubleValue) == [nil, nil, 1, 1.5, nil, nil, nil])
        #expect(values.map(\.stringValue) == [nil, nil, nil, nil, "a", nil, nil])
        #expect(
            values.map { $0.arrayValue != nil } == [false, false, false, false, false, true, false])
        #expect(
            values.map { $0.objectValue != nil } == [
                false, false, false, false, false, false, true,
            ])
        #expect(Set(values).count == values.count)
    }

    @Test("names and strings are compared by their bytes, not by canonical equivalence")
    func exactComparison() {
        let composed = "\u{E9}"
        let decomposed = "e\u{301}"
        #expect(JSONValue.string(composed) != .string(decomposed))
        #expect(JSONObject([.init(key: composed, value: 1)])[decomposed] == nil)
        #expect(JSONObject([.init(key: composed, value: 1)]) != [decomposed: 1])
        #expect(JSONObject([.init(key: composed, value: 1)]) == [composed: 1])
    }

    @Test(
        "a number gives its integer only if it is written as one that fits",
        arguments: [
            ("0", 0, 0), ("-0", 0, -0.0), ("17", 17, 17), ("1.0", nil, 1), ("1e2", nil, 100),
            ("9223372036854775807", Int.max, 9.223372036854775807e18),
            ("9223372036854775808", nil, 9.223372036854775808e18),
            ("-9223372036854775808", Int.min, -9.223372036854775808e18),
            ("1e400", nil, Double.infinity), ("-1e400", nil, -Double.infinity), ("1e-400", nil, 0),
            ("0.1", nil, 0.1), ("123456789012345678901234567890", nil, 1.2345678901234568e29),
        ] as [(String, Int?, Double)])
    func numbers(text: String, int: Int?, double: Double) throws {
        let number = try #require(JSONNumber(text: text))
        #expect(number.text == text)
        #expect(number.int == int)
        #expect(number.double == double)
        #expect(try JSONValue.parse(Array(text.utf8)) == .number(number))
        #expect(JSONValue.number(number).serialized() == Array(text.utf8))
    }

    @Test(
        "only the text of one number makes a number",
        arguments: [
            "", " 1", "1 ", "1\n", "01", "+1", "1.", ".5", "1,2", "nan", "[1]", "\"1\"", "١",
        ])
    func notNumbers(text: String) {
        #expect(JSONNumber(text: text) == nil)
    }

    @Test("infinities and NaN are no numbers")
    func notFinite() {
        #expect(JSONNumber(Double.nan) == nil)
        #expect(JSONNumber(Double.infinity) == nil)
        #expect(JSONNumber(1.5)?.text == "1.5")
        #expect(JSONNumber(UInt64.max).text == "18446744073709551615")
    }
}
