import Testing

@testable import GatewayRoutes

@Suite("Units and spelling")
struct ValueTests {
    @Test(
        "durations and sizes are read with their units, and nothing else is",
        arguments: [
            ("250ms", 250), ("30s", 30_000), ("5m", 300_000), ("1h", 3_600_000), ("7", 7000),
            ("0", 0), ("", nil), ("s", nil), ("-1s", nil), ("1.5s", nil), ("1 s", nil), ("1d", nil),
            ("1S", nil), ("99999999999999999999", nil), ("9999999999999999h", nil),
        ] as [(String, Int?)])
    func durations(text: String, milliseconds: Int?) {
        #expect(Duration(withUnit: text) == milliseconds.map { .milliseconds($0) })
    }

    @Test(
        "sizes",
        arguments: [
            ("64KiB", 65536), ("16MiB", 16 << 20), ("1GiB", 1 << 30), ("12", 12), ("12B", 12),
            ("12KB", nil), ("12kib", nil), ("", nil), ("9999999999999GiB", nil),
        ] as [(String, Int?)])
    func sizes(text: String, bytes: Int?) {
        #expect(ByteCount(text)?.bytes == bytes)
    }

    @Test(
        "what is written reads back",
        arguments: ["250ms", "30s", "5m", "1h", "90s", "0s", "1500ms"])
    func durationText(text: String) {
        #expect(Duration(withUnit: text)?.textWithUnit == text)
    }

    @Test(
        "sizes are written with the largest unit", arguments: ["4MiB", "64KiB", "1GiB", "5B", "0B"])
    func sizeText(text: String) {
        #expect(ByteCount(text)?.description == text)
    }

    @Test(
        "a misspelt word finds its nearest",
        arguments: [
            ("limts", "limits"), ("LISTEN", "listen"), ("lsiten", "listen"), ("xyz", nil),
            ("", nil), (String(repeating: "listen", count: 20), nil),
        ] as [(String, String?)])
    func spelling(word: String, expected: String?) {
        #expect(nearest(to: word, among: ["listen", "limits", "log"]) == expected)
    }

    @Test(
        "a segment of a path is encoded so that it decodes to itself",
        arguments: [
            ("aZ09-._~", "aZ09-._~"), ("a b/c", "a%20b%2Fc"), ("é+%", "%C3%A9%2B%25"), ("", ""),
        ])
    func segment(text: String, encoded: String) throws {
        #expect(PercentEncoding.encodeSegment(text) == encoded)
        #expect(try PercentEncoding.decode(Array(encoded.utf8)[...]) == text)
    }
}
