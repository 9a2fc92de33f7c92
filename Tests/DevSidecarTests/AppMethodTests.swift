import Testing

@testable import DevSidecar

@Suite struct AppMethodTests {
    @Test(
        "a method is cleaned and escaped for the app's URL",
        arguments: [
            ("a/b", "/a/b"), ("", "/"), ("/lead", "/lead"), ("a//b/", "/a/b"), ("a/../b", "/b"),
            ("../../x", "/x"), ("./a", "/a"), ("a b/é", "/a%20b/%C3%A9"), ("a+b;c=d", "/a+b;c=d"),
            ("a%2Fb", "/a%2Fb"), ("a\"b", "/a%22b"),
        ])
    func path(name: String, path: String) throws {
        #expect(try AppMethod(name).path == path)
    }

    @Test(
        "characters that no method may have are named as Go quotes them",
        arguments: [
            ("a?b", #"method contains forbidden character: "a?b""#),
            ("a#b", #"method contains forbidden character: "a#b""#),
            ("a\0b", #"method contains forbidden character: "a\x00b""#),
            ("a\nb", #"method contains control character at position 1: "a\nb""#),
            ("\u{7F}", #"method contains control character at position 0: "\x7f""#),
        ])
    func fault(name: String, reason: String) {
        let error = #expect(throws: AppMethodError.self) { try AppMethod(name) }
        #expect(error?.text == "invalid method: " + reason)
    }
}

@Suite struct AppFieldsTests {
    private static func fields(_ pairs: [(String, String)]) -> [AppField] {
        pairs.map { AppField(name: $0.0, value: $0.1) }
    }

    @Test("what concerns one connection, or is named in Connection, goes no further")
    func forwarded() {
        let all = Self.fields([
            ("connection", "x-hop, X-Two"), ("x-hop", "1"), ("x-two", "2"), ("te", "trailers"),
            ("keep-alive", "5"), ("x-kept", "3"), ("host", "h"),
        ])
        #expect(AppFields.forwarded(all, without: ["host"]).map(\.name) == ["x-kept"])
    }

    @Test("an app's fields for gRPC come back under another name, and 304 has no content type")
    func returned() {
        let fields = Self.fields([
            ("grpc-status", "3"), ("date", "x"), ("content-type", "t"), ("content-length", "1"),
        ])
        let names = { (status: Int) in
            AppFields.returned(AppResponse(status: status, fields: fields)).map(\.name)
        }
        #expect(names(200) == ["dapr-grpc-status", "content-type"])
        #expect(names(304) == ["dapr-grpc-status"])
    }

    @Test("as metadata, fields of HTTP itself get a prefix")
    func metadata() {
        let fields = Self.fields([
            ("cache-control", "no-store"), ("etag", "e"), ("grpc-status", "3"),
        ])
        let names = AppFields.metadata(AppResponse(status: 200, fields: fields)).map(\.name)
        #expect(names == ["dapr-http-status", "dapr-cache-control", "etag"])
    }

    @Test(
        "names are spelled as Go does",
        arguments: [("x-custom", "X-Custom"), ("X-MULTI", "X-Multi"), ("etag", "Etag")])
    func canonical(name: String, canonical: String) {
        #expect(AppFields.canonical(name) == canonical)
    }
}
