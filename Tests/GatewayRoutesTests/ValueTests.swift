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
    func durations(text: String, milliseconds: Int?) throws {
        #expect(Duration(withUnit: text) == milliseconds.map { .milliseconds($0) })
        // The document says the same, except that it knows nothing of what fits.
        let matches = try text.wholeMatch(of: Regex(Duration.pattern)) != nil
        #expect(matches == (milliseconds != nil || text.utf8.count > 15))
    }

    @Test(
        "names of components are what the document says",
        arguments: ["a.B_9-", "-", "", "a b", "é"])
    func names(text: String) throws {
        let matches = try text.wholeMatch(of: Regex(Names.componentPattern)) != nil
        #expect(matches == isComponentName(text))
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
}
