import HTTPMessage
import HTTPTypes
import Testing

@Suite struct FieldBlockTests {
    private let block = FieldBlock([
        ("Host", "a"), ("X-Thing", "1"), ("ACCEPT", "*/*"), ("x-thing", "2"), ("Empty", ""),
    ])

    @Test("a name is found in any case, the first of several first")
    func lookup() throws {
        #expect(block[.accept] == "*/*")
        let thing = try #require(HTTPField.Name("x-THING"))
        #expect(block[thing] == "1")
        #expect(block.values(of: thing) == ["1", "2"])
        #expect(block[try #require(HTTPField.Name("empty"))] == "")
        #expect(block.contains(thing))
        #expect(!block.contains(.cookie) && block[.cookie] == nil)
        #expect(!block.contains(try #require(HTTPField.Name("x-thin"))))
        #expect(!block.contains(try #require(HTTPField.Name("x-thinG2"))))
    }

    @Test("only letters have a case: `@` is not '`', nor `[` `{`")
    func caseOfLetters() throws {
        let odd = FieldBlock([("X^", "caret"), ("A@", "at")])
        #expect(!odd.contains(try #require(HTTPField.Name("x~"))))
        #expect(!odd.contains(try #require(HTTPField.Name("a`"))))
        #expect(odd.contains(try #require(HTTPField.Name("x^"))))
    }

    @Test("fields keep their order and spelling")
    func order() {
        #expect(block.map(\.name) == ["Host", "X-Thing", "ACCEPT", "x-thing", "Empty"])
        #expect(block.map(\.value) == ["a", "1", "*/*", "2", ""])
        #expect(block.byteCount == 4 + 1 + 7 + 1 + 6 + 3 + 7 + 1 + 5)
        #expect(FieldBlock().isEmpty)
    }

    @Test("bytes that are no UTF-8 are kept; as text they are U+FFFD")
    func notUTF8() {
        var block = FieldBlock()
        block.reserveCapacity(fields: 1, bytes: 4)
        let value: [UInt8] = [0x61, 0xff, 0x62]
        block.append(name: [UInt8(ascii: "n")].span, value: value.span)
        #expect(block[0].value == "a\u{FFFD}b")
        #expect(Array(block.valueBytes(at: 0)) == value)
        #expect(Array(block.nameBytes(at: 0)) == Array("n".utf8))
    }

    @Test("more fields than there was room for are all kept")
    func growth() {
        var block = FieldBlock()
        block.reserveCapacity(fields: 2, bytes: 8)
        for number in 0..<500 { block.append(name: "name-\(number)", value: "value-\(number)") }
        #expect(block.count == 500)
        #expect(block[499] == (name: "name-499", value: "value-499"))
        #expect(block[0] == (name: "name-0", value: "value-0"))
    }
}

@Suite struct RequestTests {
    @Test(
        "a target is split at its first question mark and not decoded",
        arguments: [
            ("/a%2Fb?c=%20?d", "/a%2Fb", "c=%20?d"), ("/a?", "/a", ""), ("/a", "/a", nil),
            ("", "", nil), ("?x", "", "x"), ("*", "*", nil),
        ])
    func target(text: String, path: String, query: String?) {
        let target = RequestTarget(text)
        #expect(Array(target.path) == Array(path.utf8))
        #expect(target.query.map(Array.init) == query.map { Array($0.utf8) })
        #expect(target.description == text)
    }

    @Test("a body is collected up to its limit", arguments: [(6, true), (5, false), (0, false)])
    func collect(limit: Int, fits: Bool) async throws {
        #expect(
            try await Self.stream([[1, 2], [], [3, 4], [5, 6]]).collect(upTo: limit)
                == (fits ? [1, 2, 3, 4, 5, 6] : nil))
    }

    @Test("an empty body fits every limit, and an error of the producer is passed on")
    func collectEdges() async throws {
        struct Broken: Error {}
        #expect(try await Self.stream([]).collect(upTo: 0) == [])
        await #expect(throws: Broken.self) {
            try await BodyStream { throw Broken() }.collect(upTo: 1)
        }
    }

    @Test("a stream is iterated in order")
    func iterate() async throws {
        var chunks: [[UInt8]] = []
        for try await chunk in Self.stream([[1], [2, 3]]) { chunks.append(chunk) }
        #expect(chunks == [[1], [2, 3]])
    }

    @Test("a body knows its length where that is possible")
    func length() {
        #expect(Body.empty.length == 0)
        #expect(Body.bytes([1, 2]).length == 2)
        #expect(Body.stream(BodyStream(length: 3) { nil }).length == 3)
        #expect(Body.stream(BodyStream { nil }).length == nil)
    }

    private static func stream(_ chunks: [[UInt8]]) -> BodyStream {
        let source = Source(chunks)
        return BodyStream { await source.next() }
    }

    private actor Source {
        private var chunks: ArraySlice<[UInt8]>

        init(_ chunks: [[UInt8]]) { self.chunks = chunks[...] }

        func next() -> [UInt8]? { chunks.popFirst() }
    }
}
