import HTTPMessage
import HTTPServer
import HTTPTypes
import TestSupport
import Testing

@Suite("Heads of requests")
struct RequestHeadTests {
    @Test(
        "the target arrives byte for byte",
        arguments: [
            "/", "/a%00b", "/a%2Fb%2f..%2e", "/%ff%0d%0a", "/a+b?c=d&e", "/?", "/x??y?z=%00",
            "//double//", "/a;b=c,d'e(f)*!$", "http://other/abs", "*", "/\u{e4}\u{f6}",
        ])
    func rawTarget(target: String) throws {
        let server = try TestServer { $0.respond(.text($0.request.target.description)) }
        try server.use {
            let response = try server.exchange("GET \(target) HTTP/1.1\r\nHost: x\r\n\r\n")
            #expect(response.body == target)
        }
    }

    @Test("fields keep their order, case and repetitions")
    func fields() throws {
        var fields = FieldBlock()
        let server = try TestServer {
            fields = $0.request.fields
            $0.respond(Response(.ok))
        }
        try server.use {
            _ = try server.exchange("GET / HTTP/1.1\r\nHost: x\r\nX-a: 1\r\nx-A:  2 \r\nE:\r\n\r\n")
            #expect(fields.map(\.name) == ["Host", "X-a", "x-A", "E"])
            #expect(fields.map(\.value) == ["x", "1", "2", ""])
            let name = try #require(HTTPField.Name("X-A"))
            #expect(fields.values(of: name) == ["1", "2"])
            #expect(server.summaries.first?.request.peer.address.hasPrefix("127.0.0.1:") == true)
        }
    }

    @Test(
        "the method is what was sent",
        arguments: ["GET", "PUT", "POST", "HEAD", "PATCH", "DELETE", "OPTIONS", "get", "PURGE"])
    func method(name: String) throws {
        let server = try TestServer()
        try server.use {
            let client = server.client()
            client.send("\(name) / HTTP/1.1\r\nHost: x\r\n\r\n")
            try #expect(server.response(client, isHead: name == "HEAD").status == 200)
            #expect(server.summaries.first?.request.method.rawValue == name)
            client.close()
        }
    }

    @Test(
        "HTTP/1.1 needs one Host that can be one; HTTP/1.0 none",
        arguments: [
            ("1.1", "", 400), ("1.1", "Host:\r\n", 400), ("1.1", "Host: a/b\r\n", 400),
            ("1.1", "Host: a b\r\n", 400), ("1.1", "Host: u@a\r\n", 400), ("1.0", "", 200),
            ("1.1", "Host: [::1]:8080\r\n", 200), ("1.0", "Host: a b\r\n", 400),
        ])
    func host(version: String, fields: String, status: Int) throws {
        let server = try TestServer()
        try server.use {
            let response = try server.exchange("GET / HTTP/\(version)\r\n\(fields)\r\n")
            #expect(response.status == status)
        }
    }

    @Test(
        "a head beyond a limit, or one that invites smuggling, is refused",
        arguments: [
            ("GET /" + String(repeating: "a", count: 16 << 10), "", 414),
            ("GET /", "X: " + String(repeating: "a", count: 16 << 10) + "\r\n", 431),
            ("POST /", "Content-Length: 3\r\nTransfer-Encoding: chunked\r\n", 400),
            ("POST /", "Content-Length: 3\r\nContent-Length: 5\r\n", 400),
            ("POST /", "Content-Length : 3\r\n", 400),
            ("GET /", "X: a\u{1}b\r\n", 400),
            ("GET /", "X(: a\r\n", 400),
            ("GET /", ": a\r\n", 400),
            ("GET /", ":\r\nX: a\r\n", 400),
            ("GET /", "X: a\0b\r\nY: c\r\n", 400),
            ("GET /", "X: a\r\n b\r\n", 400),
            ("GET /", "X: a\r\n b\r\nY: c\r\n", 400),
            ("G(T /", "", 400),
            ("GET /", "Host: x\r\n", 400),
            ("POST /", "Transfer-Encoding: gzip\r\n", 501),
            ("POST /", "Transfer-Encoding: gzip, chunked\r\n", 501),
        ])
    func refusals(start: String, fields: String, status: Int) throws {
        let server = try TestServer()
        try server.use {
            let client = server.client()
            client.send("\(start) HTTP/1.1\r\nHost: x\r\n\(fields)\r\n")
            try #expect(server.response(client).status == status)
            #expect(server.refusals.count == 1)
            if status != 414 {
                try server.wait(for: "the end of the connection") { client.isClosed }
            }
            client.close()
        }
    }

    @Test("a head that arrives in pieces is read like any other", arguments: [1, 99, 700, 4096])
    func pieces(size: Int) throws {
        let server = try TestServer { $0.respond(.text("\($0.request.fields.count)")) }
        try server.use {
            let client = server.client()
            let length = size == 1 ? 3 : 440
            var rest = "GET / HTTP/1.1\r\nHost: x\r\nE:\r\n"[...]
            for index in 0..<30 {
                rest += "X-\(index):  \(String(repeating: "a", count: length)) \t\r\n"
            }
            rest += "\r\n"
            while !rest.isEmpty {
                client.send(String(rest.prefix(size)))
                rest = rest.dropFirst(size)
                server.onLoop {}
            }
            try #expect(server.response(client).body == "32")
            client.close()
        }
    }

    @Test("a target and fields just within their limits are served")
    func withinLimits() throws {
        let server = try TestServer()
        try server.use {
            let target = "/" + String(repeating: "a", count: (16 << 10) - 1)
            try #expect(server.exchange("GET \(target) HTTP/1.1\r\nHost: x\r\n\r\n").status == 200)
            let value = String(repeating: "a", count: (16 << 10) - 6)
            try #expect(
                server.exchange("GET / HTTP/1.1\r\nHost: x\r\nX: \(value)\r\n\r\n").status == 200)
        }
    }
}
