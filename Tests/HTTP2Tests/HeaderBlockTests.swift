import HTTP2
import Testing

struct HeaderBlockTests {
    @Test("fields are found by name and keep their order")
    func lookup() throws {
        let block = try HeaderBlock([
            ":status": "404", "content-type": "text/plain", "set-cookie": "a=1",
            "set-cookie": "b=2",
            "empty": "",
        ])
        #expect(block.count == 5)
        #expect(block.status == 404)
        #expect(block["content-type"] == "text/plain")
        #expect(block["set-cookie"] == "a=1")
        #expect(block["empty"] == "")
        #expect(block["content-length"] == nil)
        #expect(block.bytes(of: "set-cookie").map { Array($0) } == Array("a=1".utf8))
        #expect(
            block.fields == [
                ":status=404", "content-type=text/plain", "set-cookie=a=1", "set-cookie=b=2",
                "empty=",
            ])
    }

    @Test("the list size counts as RFC 9113 does")
    func listSize() throws {
        #expect(try HeaderBlock(["a": "bc", "de": ""]).listSize == 3 + 32 + 2 + 32)
    }

    @Test("a prepared block is extended without being changed itself")
    func template() throws {
        let constant = try HeaderBlock.request()
        var block = constant
        try block.append("grpc-timeout", "1S")
        try block.append(contentsOf: HeaderBlock(["x": "y"]))
        #expect(constant.count == 4)
        #expect(block.count == 6 && block["grpc-timeout"] == "1S" && block["x"] == "y")
        #expect(throws: HeaderFieldError.self) { try block.append(":path", "/") }
    }

    @Test(
        "credentials are never indexed, and not shown",
        arguments: ["dapr-api-token", "authorization"])
    func credentials(name: String) throws {
        let block = try HeaderBlock([name: "secret", "other": "open"])
        #expect(block.map(\.neverIndexed) == [true, false])
        #expect(!block.description.contains("secret") && block.description.contains("open"))
    }

    @Test(
        "a bad name is refused, not repaired",
        arguments: ["", "Content-Type", "a b", "a:", "é", "a\n", "a\0", "x\u{7f}", "(x)"])
    func badName(name: String) throws {
        var block = HeaderBlock()
        #expect(throws: HeaderFieldError(name: name, problem: .name)) {
            try block.append(name, "x")
        }
        #expect(block.isEmpty)
    }

    @Test("an unknown pseudo-header field is refused", arguments: [":", ":host", ":Path"])
    func badPseudoHeader(name: String) throws {
        var block = HeaderBlock()
        #expect(throws: HeaderFieldError(name: name, problem: .pseudoHeader)) {
            try block.append(name, "x")
        }
    }

    @Test(
        "a bad value is refused",
        arguments: ["a\r\nb", "\n", "\0", "a\u{1}", " a", "a ", "\t", "a\u{7f}"])
    func badValue(value: String) throws {
        var block = HeaderBlock()
        #expect(throws: HeaderFieldError(name: "x", problem: .value)) {
            try block.append("x", value)
        }
        #expect(block.isEmpty)
    }

    @Test("a value may have tabs, spaces and any bytes above ASCII inside")
    func goodValue() throws {
        let block = try HeaderBlock(["x": "a\t b ü"])
        #expect(block["x"] == "a\t b ü")
        var bytes = HeaderBlock()
        try bytes.append("x", [0xff, 0x80].span)
        #expect(bytes.bytes(of: "x").map { Array($0) } == [0xff, 0x80])
    }

    @Test("the status is read only from a response's head")
    func status() throws {
        #expect(try HeaderBlock.request().status == nil)
        #expect(HeaderBlock().status == nil)
        #expect(try HeaderBlock([":status": "2x0"]).status == nil)
    }
}
