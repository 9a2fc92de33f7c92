import DaprClient
import JSON
import TestSupport
import Testing

@Suite("State through a gateway and a sidecar")
struct StateLiveTests {
    @Test("a value is saved, read, looked at and deleted", arguments: Setup.all)
    func roundTrip(_ setup: Setup) throws {
        try withGateway(setup) { gateway in
            let put = try gateway.send("PUT", "/v1/state/-/orders/17", [:], #"{"id":17}"#)
            #expect(put.status == 204)
            let get = try gateway.send("GET", "/v1/state/statestore/orders%2F17")
            #expect(get.status == 200)
            #expect(get.body == #"{"id":17}"#)
            #expect(get["Content-Type"] == "application/json")
            let tag = try #require(get["ETag"])
            #expect(tag.hasPrefix("\"") && tag.hasSuffix("\"") && tag.count > 2)

            let head = try gateway.send("HEAD", "/v1/state/-/orders/17")
            #expect(head.status == 200)
            #expect(head["Content-Length"] == "9")
            #expect(head["ETag"] == tag)

            let known = try gateway.send("GET", "/v1/state/-/orders/17", ["If-None-Match": tag])
            #expect(known.status == 304)
            #expect(try gateway.send("DELETE", "/v1/state/-/orders/17").status == 204)
            let gone = try gateway.send("GET", "/v1/state/-/orders/17")
            #expect(gone.status == 404)
            #expect(gone["Content-Type"] == "application/problem+json")
            #expect(gone.body.contains(#""type":"/v1/problems/not-found""#))
            #expect(try gateway.send("HEAD", "/v1/state/-/orders/17").status == 404)
            #expect(try gateway.send("DELETE", "/v1/state/-/orders/17").status == 204)
        }
    }

    @Test("a write whose precondition does not hold changes nothing", arguments: Setup.all)
    func preconditions(_ setup: Setup) throws {
        try withGateway(setup) { gateway in
            func put(_ value: String, _ fields: [String: String]) throws -> Int {
                try gateway.send("PUT", "/v1/state/-/k", fields, value).status
            }
            func tag() throws -> String { try gateway.send("GET", "/v1/state/-/k")["ETag"] ?? "" }

            #expect(try put("0", ["If-Match": "\"1\""]) == 412)
            #expect(try gateway.send("GET", "/v1/state/-/k").status == 404)
            #expect(try put("1", ["If-None-Match": "*"]) == 204)
            #expect(try put("2", ["If-None-Match": "*"]) == 412)
            let first = try tag()
            #expect(try put("3", ["If-Match": first]) == 204)
            #expect(try put("4", ["If-Match": first]) == 412)
            #expect(try put("5", ["If-Match": "*"]) == 204)
            #expect(try gateway.send("GET", "/v1/state/-/k").body == "5")
            let delete = try gateway.send("DELETE", "/v1/state/-/k", ["If-Match": first])
            #expect(delete.status == 412)
            let current = try tag()
            #expect(
                try gateway.send("DELETE", "/v1/state/-/k", ["If-Match": current]).status == 204)
            #expect(try gateway.send("GET", "/v1/state/-/k").status == 404)
        }
    }

    /// Raw paths and the keys that they stand for.
    static let oddKeys: [(path: String, key: String)] = [
        ("a%20b", "a b"), ("a+b", "a+b"), ("a%2Bb", "a+b"), ("100%25", "100%"),
        ("a%252Fb", "a%2Fb"), ("x/y/z", "x/y/z"), ("x%2Fy%2Fw", "x/y/w"), ("/lead", "/lead"),
        ("trail/", "trail/"), ("in//side", "in//side"), ("q%3Fx=1", "q?x=1"),
        ("h%23frag", "h#frag"), ("%C3%A9", "\u{E9}"), ("e%CC%81", "e\u{301}"),
        ("%F0%9F%98%80", "\u{1F600}"), ("%22quote%22", "\"quote\""),
        ("back%5Cslash", "back\\slash"),
        ("a&b=c;d", "a&b=c;d"), ("a%7Cb", "a|b"), ("a:b@c", "a:b@c"), ("%5Bx%5D", "[x]"),
        ("%7Bkey%7D", "{key}"), ("tab%09", "tab\t"), ("line%0A", "line\n"), ("%7F", "\u{7F}"),
        ("...", "..."), (".hidden", ".hidden"), ("bulk", "bulk"), ("transaction", "transaction"),
        ("query", "query"), ("%20", " "), ("%EF%BB%BFbom", "\u{FEFF}bom"), ("~tilde", "~tilde"),
    ]

    @Test("an odd key keeps every byte, or gets a 400 that names the problem", arguments: Setup.all)
    func oddKeys(_ setup: Setup) throws {
        try withGateway(setup) { gateway in
            var saved: [String: [UInt8]] = [:]
            for (index, (path, key)) in Self.oddKeys.enumerated() {
                let put = try gateway.send("PUT", "/v1/state/-/\(path)", [:], "\(index)")
                guard put.status != 400 else {
                    #expect(put.body.contains("/v1/problems/"), "\(key.debugDescription)")
                    continue
                }
                #expect(put.status == 204, "\(key.debugDescription): \(put.body)")
                // Scalars, because equal characters can be different bytes.
                saved[Self.name(key)] = Array("\(index)".utf8)
            }
            #expect(saved.count >= Self.oddKeys.count - 8)
            for (path, key) in Self.oddKeys {
                guard let value = saved[Self.name(key)] else { continue }
                let get = try gateway.send("GET", "/v1/state/-/\(path)")
                #expect(get.content == value, "\(key.debugDescription): \(get.status)")
            }
        }
    }

    private static func name(_ key: String) -> String {
        key.utf8.map { String($0, radix: 16) }.joined(separator: " ")
    }

    @Test(
        "what can be no key is refused before the sidecar sees it",
        arguments: [
            "/v1/state/-/", "/v1/state/-/a%7C%7Cb", "/v1/state/-/a/../b", "/v1/state/-/%2E",
            "/v1/state/-/a%00b", "/v1/state/-/%FF", "/v1/state/-/%zz", "/v1/state/-/%2",
        ])
    func badKeys(_ target: String) throws {
        try withGateway(Setup(protocol: .auto, shards: 1)) { gateway in
            let put = try gateway.send("PUT", target, [:], "1")
            #expect(put.status == 400, "\(put.body)")
            #expect(put["Content-Type"] == "application/problem+json")
            let get = try gateway.send("GET", target)
            #expect(get.status == 400, "\(get.body)")
            #expect(try gateway.metrics()["daprgw_sidecar_retries_total{api=\"grpc\"}"] == 0)
        }
    }

    @Test(
        "every byte of a value comes back, or the gateway says that it cannot", arguments: Setup.all
    )
    func binary(_ setup: Setup) throws {
        try withGateway(setup) { gateway in
            let bytes = (0...255).map { UInt8($0) } + [0xFF, 0xFE, 0]
            let put = try gateway.send("PUT", "/v1/state/-/binary", [:], bytes)
            guard setup.protocol != .http else {
                #expect([400, 501].contains(put.status), "\(put.body)")
                #expect(put.body.contains("is not JSON"), "\(put.body)")
                #expect(try gateway.send("GET", "/v1/state/-/binary").status == 404)
                return
            }
            #expect(put.status == 204, "\(put.body)")
            let get = try gateway.send("GET", "/v1/state/-/binary")
            #expect(get.content == bytes)
            #expect(get["Content-Type"] == "application/octet-stream")
        }
    }

    /// Texts, and whether the HTTP API keeps them: it stores only JSON and writes that anew.
    static let texts: [(text: String, isCanonical: Bool)] = [
        ("\"a string\"", true), (#"{"a":1,"b":[null,true]}"#, true), ("17", true),
        ("", false), ("text", false), ("{ \"b\" : 1,\"a\":1.0 }", false), ("1e400", false),
        ("  [1]  ", false), ("ä€😀", false),
    ]

    @Test("a text keeps every byte; over the HTTP API only what is JSON", arguments: Setup.all)
    func texts(_ setup: Setup) throws {
        try withGateway(setup) { gateway in
            for (text, isCanonical) in Self.texts where isCanonical || setup.protocol != .http {
                let put = try gateway.send("PUT", "/v1/state/-/text", [:], text)
                #expect(put.status == 204, "\(text): \(put.body)")
                let get = try gateway.send("GET", "/v1/state/-/text")
                #expect(get.body == text, "\(get.status)")
            }
        }
    }

    @Test("several keys are read at once", arguments: Setup.all)
    func bulk(_ setup: Setup) throws {
        try withGateway(setup) { gateway in
            let isExact = setup.protocol != .http
            let text = isExact ? #"{"x": 1.0}"# : #"{"x":1}"#
            let bytes: [UInt8] = [0x00, 0xFF]
            #expect(try gateway.send("PUT", "/v1/state/-/a", [:], text).status == 204)
            if isExact {
                #expect(try gateway.send("PUT", "/v1/state/-/c", [:], bytes).status == 204)
            }
            let tag = try gateway.send("GET", "/v1/state/-/a")["ETag"]?.dropFirst().dropLast()
            let bulk = try gateway.send("GET", "/v1/state/-?key=a&key=b&key=c")
            #expect(bulk.status == 200, "\(bulk.body)")
            let json = try JSONDocument(parsing: bulk.content).root.value
            #expect(bulk.body.contains("\"value\":\(text)"), "\(bulk.body)")
            #expect(json["a"]?["etag"]?.stringValue == tag.map(String.init))
            #expect(json["b"]?.isNull == true)
            let base64 = isExact ? Base64.encode(bytes) : nil
            #expect(json["c"]?["base64"]?.stringValue == base64, "\(bulk.body)")
        }
    }

    @Test("a transaction is done as a whole or not at all", arguments: Setup.all)
    func transaction(_ setup: Setup) throws {
        try withGateway(setup) { gateway in
            #expect(try gateway.send("PUT", "/v1/state/-/b", [:], "0").status == 204)
            let done = try gateway.send(
                "PATCH", "/v1/state/-", [:],
                #"[{"op":"upsert","key":"a","value":"text"},{"op":"delete","key":"b"}]"#)
            #expect(done.status == 204, "\(done.body)")
            #expect(try gateway.send("GET", "/v1/state/-/a").body == "\"text\"")
            #expect(try gateway.send("GET", "/v1/state/-/b").status == 404)

            let refused = try gateway.send(
                "PATCH", "/v1/state/-", [:],
                #"[{"op":"upsert","key":"c","value":1},"#
                    + #"{"op":"upsert","key":"a","value":2,"etag":"no such version"}]"#)
            #expect(refused.status == 412, "\(refused.body)")
            #expect(try gateway.send("GET", "/v1/state/-/c").status == 404)
            #expect(try gateway.send("GET", "/v1/state/-/a").body == "\"text\"")
        }
    }

    @Test("an unknown store is not found", arguments: Setup.all)
    func unknownStore(_ setup: Setup) throws {
        try withGateway(setup) { gateway in
            for (method, body) in [("GET", nil), ("DELETE", nil), ("PUT", [UInt8]("1".utf8))] {
                let response = try gateway.send(method, "/v1/state/nowhere/k", [:], body)
                #expect(response.status == 404, "\(response.body)")
                #expect(response.body.contains("/v1/problems/no-such-component"))
            }
        }
    }
}
