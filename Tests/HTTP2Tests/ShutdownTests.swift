import HTTP2
import Testing

/// GOAWAY, PING and the end of a session.
struct ShutdownTests {
    @Test("a ping is answered by the other side", arguments: Slicing.all)
    func ping(slicing: Slicing) throws {
        let pair = try Pair(slicing: slicing)
        try pair.client.ping(0x0102_0304_0506_0708)
        try pair.server.ping(UInt64.max)
        try pair.pump()
        #expect(pair.clientSide.pings == [0x0102_0304_0506_0708])
        #expect(pair.serverSide.pings == [UInt64.max])
    }

    @Test("after GOAWAY the streams it covers finish, the others are unprocessed")
    func goAway() throws {
        let pair = try Pair()
        let recorders = (0..<3).map { _ in Recorder() }
        _ = try pair.client.open(.request(), end: true, handler: recorders[0])
        try pair.pump()
        try pair.server.goAway(.noError, debugData: Array("max_idle".utf8))
        let goAway = try Pair.drain(pair.server)
        _ = try pair.client.open(.request(), end: true, handler: recorders[1])
        try pair.deliver(Pair.drain(pair.client), to: pair.server)
        _ = try pair.client.open(.request(), end: true, handler: recorders[2])
        try pair.deliver(goAway, to: pair.client)

        let heard = try #require(pair.clientSide.goAways.first)
        #expect(heard.code == .noError && heard.lastStreamID == 1)
        #expect(heard.debugData == Array("max_idle".utf8))
        #expect(!pair.client.canOpenStream)
        let error = try #require(throws: HTTP2Error.self) {
            try pair.client.open(.request(), end: true, handler: Recorder())
        }
        #expect(error.kind == .notAcceptingStreams)
        try pair.pump()
        let unprocessed = StreamClosure(cause: .goAway, code: .refusedStream, isUnprocessed: true)
        #expect(recorders[1].closures == [unprocessed])
        #expect(recorders[2].closures == [unprocessed])
        #expect(pair.serverSide.accepted.count == 1)
        #expect(recorders[0].closures.isEmpty && !pair.client.isFinished && !pair.server.isFinished)

        try #require(pair.serverSide.accepted.first).stream.respond(.response(), end: true)
        try pair.pump()
        #expect(recorders[0].closures.map(\.cause) == [.finished])
        #expect(pair.client.isFinished && pair.server.isFinished)
    }

    @Test("a client that goes away finishes when its streams are done")
    func clientGoesAway() throws {
        let pair = try Pair()
        let recorder = Recorder()
        _ = try pair.client.open(.request(), end: true, handler: recorder)
        try pair.client.goAway()
        #expect(!pair.client.canOpenStream)
        try pair.pump()
        #expect(!pair.client.isFinished && pair.serverSide.goAways.count == 1)
        try #require(pair.serverSide.accepted.first).stream.respond(.response(), end: true)
        try pair.pump()
        #expect(recorder.closures.map(\.cause) == [.finished])
        #expect(pair.client.isFinished && pair.server.isFinished)
    }

    @Test("going away with an error code is no failure of the session itself")
    func goAwayWithCode() throws {
        let pair = try Pair()
        try pair.pump()
        try pair.server.goAway(.enhanceYourCalm, debugData: Array("too_many_pings".utf8))
        try pair.pump()
        #expect(pair.clientSide.goAways.map(\.code) == [.enhanceYourCalm])
        #expect(pair.server.failure == nil && pair.client.failure == nil)
    }

    @Test("closing a session closes every stream once and frees it all")
    func close() throws {
        var pair: Pair? = try Pair()
        weak var session: HTTP2Session?
        weak var stream: HTTP2Stream?
        weak var handler: Recorder?
        let recorders = (0..<10).map { _ in Recorder() }
        let lost = HTTP2Error(.connectionLost, "the peer hung up")
        do {
            let pair = try #require(pair)
            session = pair.client
            let recorder = Recorder()
            handler = recorder
            stream = try pair.client.open(.request(), end: false, handler: recorder)
            for recorder in recorders {
                let stream = try pair.client.open(.request(), end: false, handler: recorder)
                recorder.onClosed = { closed in
                    // Turning to any stream or to the session is harmless now.
                    stream.send([1], end: true)
                    closed.reset(.cancel)
                    closed.consume(1)
                    #expect(!closed.isOpen && !closed.isWritable)
                    #expect(!pair.client.canOpenStream)
                }
            }
            try pair.pump()
            _ = try pair.client.open(.request(), end: false, handler: recorders[0])
            pair.client.close(lost)
            pair.client.close(HTTP2Error(.closed, "again"))
            #expect(pair.client.failure == lost && pair.client.isFinished)
            #expect(pair.client.openStreamCount == 0)
            #expect(throws: lost) { try pair.client.receive([1]) }
            #expect(throws: lost) {
                try pair.client.open(.request(), end: true, handler: Recorder())
            }
        }
        #expect(
            recorders[0].closures.map(\.isUnprocessed).sorted { !$0 && $1 } == [false, true])
        for recorder in recorders.dropFirst() {
            #expect(
                recorder.closures == [
                    StreamClosure(cause: .connection(lost), code: .noError, isUnprocessed: false)
                ])
        }
        for recorder in recorders { recorder.onClosed = { _ in } }
        #expect(stream == nil && handler == nil)
        pair = nil
        #expect(session == nil)
    }

    @Test("a session that is released closes its streams")
    func release() throws {
        let recorder = Recorder()
        var stream: HTTP2Stream?
        do {
            let session = try HTTP2Session(role: .client)
            stream = try session.open(.request(), end: false, handler: recorder)
        }
        #expect(recorder.closures.count == 1 && recorder.closures.first?.isUnprocessed == true)
        stream?.send([1])
        #expect(stream?.isWritable == false)
    }

    @Test("closing inside a callback happens when the call is done")
    func closeInsideCallback() throws {
        let pair = try Pair()
        pair.serverSide.onAccept = { stream, _ in
            try? stream.respond(.response())
            stream.send(pattern(50_000), end: true)
            return Recorder()
        }
        let lost = HTTP2Error(.closed, "enough")
        let recorders = [Recorder(), Recorder()]
        recorders[0].onData = { [client = pair.client] stream in
            client.close(lost)
            #expect(stream.isOpen && !client.canOpenStream)
        }
        for recorder in recorders {
            _ = try pair.client.open(.request(), end: true, handler: recorder)
        }
        #expect(throws: lost) { try pair.pump() }
        for recorder in recorders { #expect(recorder.closures.count == 1) }
    }

    @Test("receiving inside a callback is our own bug")
    func reentrance() async {
        await #expect(processExitsWith: .failure) {
            let pair = try Pair()
            pair.serverSide.onAccept = { [server = pair.server] _, _ in
                try? server.receive([0])
                return nil
            }
            _ = try pair.client.open(.request(), end: true, handler: Recorder())
            try pair.pump()
        }
    }

    @Test("answering twice is our own bug")
    func answeringTwice() async {
        await #expect(processExitsWith: .failure) {
            let pair = try Pair()
            pair.serverSide.onAccept = { stream, _ in
                try? stream.respond(.response())
                try? stream.respond(.response())
                return nil
            }
            _ = try pair.client.open(.request(), end: true, handler: Recorder())
            try pair.pump()
        }
    }

    @Test("handing back more than was received is our own bug")
    func consumingTooMuch() async {
        await #expect(processExitsWith: .failure) {
            let client = try HTTP2Session(role: .client)
            try client.open(.request(), end: true, handler: Recorder()).consume(1)
        }
    }
}
