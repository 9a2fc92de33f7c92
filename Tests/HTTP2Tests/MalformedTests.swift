import HTTP2
import Testing

/// Bytes that no proper peer sends.
struct MalformedTests {
    struct Case: CustomTestStringConvertible, Sendable {
        let testDescription: String
        let bytes: [UInt8]
        let code: HTTP2ErrorCode
    }

    static func frame(_ type: UInt8, _ flags: UInt8 = 0, stream: UInt8, _ payload: [UInt8])
        -> [UInt8]
    {
        [0, UInt8(payload.count >> 8), UInt8(payload.count & 255), type, flags, 0, 0, 0, stream]
            + payload
    }

    static let cases = [
        Case(
            testDescription: "DATA on stream 0", bytes: frame(0, stream: 0, [1, 2, 3]),
            code: .protocolError),
        Case(
            testDescription: "DATA on an idle stream", bytes: frame(0, stream: 99, [1]),
            code: .protocolError),
        Case(
            testDescription: "a frame longer than allowed",
            bytes: [0xff, 0xff, 0xff, 0, 0, 0, 0, 0, 1],
            code: .frameSizeError),
        Case(
            testDescription: "SETTINGS of five bytes", bytes: frame(4, stream: 0, [0, 1, 0, 0, 0]),
            code: .frameSizeError),
        Case(
            testDescription: "a header block that refers to nothing",
            bytes: frame(1, 4, stream: 1, [0xff, 0xff, 0xff, 0x0f]), code: .compressionError),
        Case(
            testDescription: "WINDOW_UPDATE of nothing", bytes: frame(8, stream: 0, [0, 0, 0, 0]),
            code: .protocolError),
        Case(
            testDescription: "a window beyond its maximum",
            bytes: frame(8, stream: 0, [0x7f, 0xff, 0xff, 0xff]), code: .flowControlError),
        Case(
            testDescription: "CONTINUATION without HEADERS", bytes: frame(9, 4, stream: 1, []),
            code: .protocolError),
        Case(
            testDescription: "PING on a stream", bytes: frame(6, stream: 1, pattern(8)),
            code: .protocolError),
        Case(
            testDescription: "a promise, which we forbade",
            bytes: frame(5, 4, stream: 1, [0, 0, 0, 2, 0x82]), code: .protocolError),
    ]

    @Test("a violation ends the connection and closes each stream once", arguments: cases)
    func violation(_ violation: Case) throws {
        let pair = try Pair()
        let recorders = (0..<3).map { _ in Recorder() }
        for recorder in recorders {
            _ = try pair.client.open(.request(), end: false, handler: recorder)
        }
        try pair.pump()
        var output: [UInt8] = []
        let error = try #require(throws: HTTP2Error.self) {
            try pair.client.receive(violation.bytes)
            try pair.client.drain(into: &output)
        }
        #expect(error.kind == .protocolViolation && error.code == violation.code)
        #expect(pair.client.failure == error && pair.client.isFinished)
        for recorder in recorders {
            #expect(
                recorder.closures == [
                    StreamClosure(
                        cause: .connection(error), code: violation.code, isUnprocessed: false)
                ])
        }
        // The peer learns the reason.
        try pair.server.receive(output)
        #expect(pair.serverSide.goAways.map(\.code) == [violation.code])
    }

    @Test(
        "a violation is the reason for requests too that wait behind its GOAWAY", arguments: cases)
    func unsentRequests(violation: Case) throws {
        let pair = try Pair()
        let (sent, unsent) = (Recorder(), Recorder())
        _ = try pair.client.open(.request(), end: false, handler: sent)
        try pair.pump()
        _ = try pair.client.open(.request(), end: true, handler: unsent)
        let error = try #require(throws: HTTP2Error.self) {
            try pair.client.receive(violation.bytes)
            _ = try Pair.drain(pair.client)
        }
        #expect(error.kind == .protocolViolation && error.code == violation.code)
        #expect(
            unsent.closures == [
                StreamClosure(cause: .connection(error), code: error.code, isUnprocessed: true)
            ])
        #expect(sent.closures.map(\.cause) == [.connection(error)])
    }

    @Test("a violation is found although its GOAWAY can not be sent", arguments: cases)
    func lostTransport(violation: Case) throws {
        let pair = try Pair()
        let (sent, unsent) = (Recorder(), Recorder())
        _ = try pair.client.open(.request(), end: false, handler: sent)
        try pair.pump()
        _ = try pair.client.open(.request(), end: true, handler: unsent)
        try pair.client.receive(violation.bytes)
        #expect(sent.closures.isEmpty && unsent.closures.isEmpty)
        let error = try #require(throws: HTTP2Error.self) { try pair.client.transportWasLost() }
        #expect(error.kind == .protocolViolation && error.code == violation.code)
        #expect(sent.closures.map(\.cause) == [.connection(error)])
        #expect(unsent.closures.map(\.isUnprocessed) == [true])
    }

    @Test(
        "a lost transport without a violation sends nothing more, and leaves the end to the owner")
    func lostTransportOnly() throws {
        let pair = try Pair()
        let (sent, unsent) = (Recorder(), Recorder())
        _ = try pair.client.open(.request(), end: false, handler: sent)
        try pair.pump()
        _ = try pair.client.open(.request(), end: true, handler: unsent)
        try pair.client.transportWasLost()
        pair.client.close(HTTP2Error(.connectionLost, "gone"))
        #expect(sent.closures.map(\.isUnprocessed) == [false])
        #expect(unsent.closures.map(\.isUnprocessed) == [true])
    }

    @Test("a violation is noticed although we were already going away")
    func violationAfterGoAway() throws {
        let pair = try Pair()
        let recorder = Recorder()
        _ = try pair.client.open(.request(), end: true, handler: recorder)
        try pair.client.goAway(.enhanceYourCalm)
        try pair.pump()
        #expect(pair.client.failure == nil && recorder.closures.isEmpty)
        let error = try #require(throws: HTTP2Error.self) {
            try pair.client.receive(Self.frame(0, stream: 0, [1]))
            _ = try Pair.drain(pair.client)
        }
        #expect(error.code == .protocolError)
        #expect(recorder.closures.map(\.cause) == [.connection(error)])
    }

    @Test("an HTTP/1.1 answer to the preface is told apart", arguments: Slicing.all)
    func http1Answer(slicing: Slicing) throws {
        let pair = try Pair(slicing: slicing)
        let recorder = Recorder()
        _ = try pair.client.open(.request(), end: true, handler: recorder)
        _ = try Pair.drain(pair.client)
        let error = try #require(throws: HTTP2Error.self) {
            try pair.deliver(
                Array("HTTP/1.1 400 Bad Request\r\ncontent-length: 0\r\n\r\n".utf8), to: pair.client
            )
            _ = try Pair.drain(pair.client)
        }
        #expect(error.kind == .notHTTP2)
        #expect(recorder.closures.map(\.cause) == [.connection(error)])
    }

    @Test("an HTTP/1.1 request to a server is told apart", arguments: Slicing.all)
    func http1Request(slicing: Slicing) throws {
        let pair = try Pair(slicing: slicing)
        let error = try #require(throws: HTTP2Error.self) {
            try pair.deliver(
                Array("GET / HTTP/1.1\r\nhost: localhost\r\n\r\n".utf8), to: pair.server)
        }
        #expect(error.kind == .notHTTP2)
        #expect(pair.server.isFinished)
    }
}
