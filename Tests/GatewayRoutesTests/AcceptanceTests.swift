import HTTPMessage
import HTTPTypes
import Testing

@testable import GatewayRoutes

@Suite("What a client accepts")
struct AcceptanceTests {
    @Test(
        "media types: the most specific range that matches decides",
        arguments: [
            ("*/*", true), ("application/json", true), ("Application/JSON", true),
            ("application/*", true), ("text/plain", false), ("text/*", false),
            ("text/html, application/json", true), ("text/html,*/*;q=0.1", true),
            ("application/json;q=0", false), ("application/json;q=0, */*", false),
            ("application/*;q=0, application/json", true), ("*/*;q=0", false),
            ("*/*;q=0, application/json;q=0.001", true), ("application/json;q=0.000", false),
            ("application/json; charset=utf-8", true), ("application/json;level=1", false),
            ("application/json;level=1, */*;q=0.5", true), ("application/json ; q = 0", false),
            ("*", true), ("text/html, image/gif, *; q=.2, */*; q=.2", true), ("*;q=.0", false),
            ("", true), (",", true), ("json", true), ("application/json;q=x", true),
            ("application/json;q=-1", true), ("application/json;q=7", true),
        ])
    func types(value: String, isAllowed: Bool) {
        #expect(Acceptance([value]).allows(type: "application/json") == isAllowed)
    }

    @Test("several fields are one list")
    func several() {
        let acceptance = Acceptance(["text/html", "application/json;q=0.2"])
        #expect(acceptance.allows(type: "application/json"))
        #expect(!acceptance.allows(type: "text/plain"))
    }

    @Test(
        "gzip is used where it is accepted and not liked less than nothing",
        arguments: [
            ("gzip", true), ("GZIP", true), ("x-gzip", true), ("gzip, deflate, br", true),
            ("br;q=1.0, gzip;q=0.8, *;q=0.1", true), ("*", true), ("*;q=0", false),
            ("gzip;q=0", false), ("gzip;q=0, *", false), ("identity", false), ("", false),
            ("deflate", false), ("identity;q=1, gzip;q=0.5", false),
            ("identity;q=0.5, gzip;q=1.0", true), ("gzip;q=0.001", true),
        ])
    func gzip(value: String, isPreferred: Bool) {
        #expect(Acceptance([value]).prefersGzip == isPreferred)
    }
}
