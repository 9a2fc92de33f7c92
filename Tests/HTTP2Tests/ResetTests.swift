import HTTP2
import Testing

/// Streams that end before their time.
struct ResetTests {
    @Test(
        "the server's reset reaches the client with its code",
        arguments: [HTTP2ErrorCode.cancel, .internalError, .refusedStream, .enhanceYourCalm])
    func byServer(code: HTTP2ErrorCode) throws {
        let pair = try Pair()
        let recorder = Recorder()
        let stream = try pair.client.open(.request(), end: false, handler: recorder)
        try pair.pump()
        let incoming = try #require(pair.serverSide.accepted.first)
        incoming.stream.reset(code)
        incoming.stream.reset(.noError)
        try pair.pump()
        #expect(
            recorder.closures == [
                StreamClosure(
                    cause: .resetByPeer, code: code, isUnprocessed: code == .refusedStream)
            ])
        #expect(
            incoming.handler.closures
                == [StreamClosure(cause: .resetLocally, code: code, isUnprocessed: false)])
        #expect(recorder.ends == 0 && !stream.isOpen && pair.client.openStreamCount == 0)
    }

    @Test("the client's reset reaches the server, and the handler hears nothing more but the end")
    func byClient() throws {
        let pair = try Pair()
        pair.serverSide.onAccept = { stream, _ in
            try? stream.respond(.response())
            stream.send([1, 2, 3])
            return Recorder()
        }
        let recorder = Recorder()
        let stream = try pair.client.open(.request(), end: false, handler: recorder)
        try pair.deliver(Pair.drain(pair.client), to: pair.server)
        stream.send(pattern(100))
        stream.reset(.cancel)
        #expect(stream.isOpen && stream.pendingBytes == 0 && recorder.closures.isEmpty)
        try pair.pump()
        #expect(recorder.head == nil && recorder.body.isEmpty)
        #expect(recorder.closures.map(\.cause) == [.resetLocally])
        let incoming = try #require(pair.serverSide.accepted.first)
        #expect(
            incoming.handler.closures
                == [StreamClosure(cause: .resetByPeer, code: .cancel, isUnprocessed: false)])
        #expect(incoming.handler.ends == 0)
    }

    @Test("a request that is reset before it left never reaches the server")
    func beforeSending() throws {
        let pair = try Pair()
        let recorder = Recorder()
        let stream = try pair.client.open(.request(), body: [1], end: true, handler: recorder)
        stream.reset(.cancel)
        try pair.pump()
        #expect(pair.serverSide.accepted.isEmpty)
        #expect(
            recorder.closures
                == [StreamClosure(cause: .resetLocally, code: .cancel, isUnprocessed: true)])
        #expect(pair.client.openStreamCount == 0)
    }

    @Test("a handler may reset its stream from every call that it gets")
    func insideCallbacks() throws {
        let pair = try Pair()
        pair.serverSide.onAccept = { stream, _ in
            try? stream.respond(.response())
            stream.send(pattern(100_000))
            return Recorder()
        }
        let recorder = Recorder()
        recorder.onData = { $0.reset(.cancel) }
        recorder.onClosed = { $0.reset(.internalError) }
        _ = try pair.client.open(.request(), end: true, handler: recorder)
        try pair.pump()
        #expect(recorder.closures.map(\.code) == [.cancel])
        #expect(!recorder.body.isEmpty && recorder.body.count < 100_000)
        #expect(pair.serverSide.accepted.first?.handler.closures.map(\.code) == [.cancel])
    }

    @Test("a stream that nobody takes is refused")
    func refused() throws {
        let pair = try Pair()
        pair.serverSide.onAccept = { _, _ in nil }
        let recorder = Recorder()
        _ = try pair.client.open(.request(), body: pattern(50_000), end: true, handler: recorder)
        try pair.pump()
        #expect(
            recorder.closures
                == [StreamClosure(cause: .resetByPeer, code: .refusedStream, isUnprocessed: true)])
    }

    @Test("a malformed request resets its stream and leaves the connection alone")
    func malformedRequest() throws {
        let pair = try Pair()
        let (bad, good) = (Recorder(), Recorder())
        pair.serverSide.onAccept = { stream, _ in
            try? stream.respond(.response(204), end: true)
            return Recorder()
        }
        _ = try pair.client.open(HeaderBlock([":method": "GET"]), end: true, handler: bad)
        _ = try pair.client.open(.request(), end: true, handler: good)
        try pair.pump()
        #expect(bad.closures.map(\.code) == [.protocolError])
        #expect(good.head?.status == 204)
        #expect(pair.serverSide.accepted.count == 1 && pair.server.openStreamCount == 0)
    }
}
