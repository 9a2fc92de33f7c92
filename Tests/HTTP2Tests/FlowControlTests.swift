import HTTP2
import Testing

/// Windows and back-pressure in both directions.
struct FlowControlTests {
    private static func configuration(window: Int32) -> HTTP2Configuration {
        var configuration = HTTP2Configuration()
        configuration.streamWindowSize = window
        configuration.connectionWindowSize = 4 * window
        configuration.sendBufferSize = 10_000
        return configuration
    }

    @Test("unread data stops the sender at the window, and consuming it lets it go on")
    func backPressure() throws {
        let window: Int32 = 100_000
        let pair = try Pair(
            client: Self.configuration(window: window), server: Self.configuration(window: window))
        let body = pattern(1_000_000)
        pair.serverSide.onAccept = { stream, _ in
            try? stream.respond(.response())
            stream.send(body, end: true)
            return Recorder()
        }
        try pair.pump()
        let recorder = Recorder()
        recorder.consumes = false
        let stream = try pair.client.open(.request(), end: true, handler: recorder)
        try pair.pump()
        #expect(recorder.body.count == Int(window))

        var consumed = 0
        while recorder.ends == 0 {
            let unread = recorder.body.count - consumed
            #expect(unread > 0 && unread <= Int(window))
            stream.consume(unread)
            consumed += unread
            try pair.pump()
        }
        #expect(recorder.body == body)
    }

    @Test(
        "streams that are not read hold up the others only where they share the window",
        arguments: [true, false])
    func unreadStreams(share: Bool) throws {
        var configuration = Self.configuration(window: 100_000)
        configuration.streamsShareWindow = share
        let pair = try Pair(client: configuration)
        let body = pattern(150_000)
        pair.serverSide.onAccept = { stream, _ in
            try? stream.respond(.response())
            stream.send(body, end: true)
            return Recorder()
        }
        try pair.pump()
        let unread = try (0..<10).map { _ in
            let recorder = Recorder()
            recorder.consumes = false
            let stream = try pair.client.open(.request(), end: true, handler: recorder)
            try pair.pump()
            return (stream, recorder)
        }
        let reader = Recorder()
        _ = try pair.client.open(.request(), end: true, handler: reader)
        try pair.pump()
        #expect(reader.ends == (share ? 0 : 1))
        // Each one was held back by its own window, and goes on when it is read.
        #expect(unread.allSatisfy { $0.1.body.count <= 100_000 })
        for (stream, recorder) in unread {
            recorder.consumes = true
            stream.consume(recorder.body.count)
            try pair.pump()
        }
        #expect(unread.allSatisfy { $0.1.body == body })
        #expect(reader.body == body)
    }

    @Test("a producer is called when there is room again and never holds much more than the buffer")
    func writable() throws {
        let pair = try Pair(
            client: Self.configuration(window: 70_000), server: Self.configuration(window: 70_000))
        let body = pattern(600_000)
        var sent = 0
        var highest = 0
        func produce(_ stream: HTTP2Stream) {
            while stream.isWritable && sent < body.count {
                let end = min(sent + 3_000, body.count)
                stream.send(Array(body[sent..<end]), end: end == body.count)
                sent = end
                highest = max(highest, stream.pendingBytes)
            }
        }
        pair.serverSide.onAccept = { stream, _ in
            let handler = Recorder()
            handler.onWritable = produce
            try? stream.respond(.response())
            produce(stream)
            return handler
        }
        let recorder = Recorder()
        _ = try pair.client.open(.request(), end: true, handler: recorder)
        try pair.pump()
        #expect(recorder.body == body)
        #expect(highest < 13_000)
        #expect(try #require(pair.serverSide.accepted.first).handler.writables > 10)
    }

    @Test("big bodies cross each other in both directions", arguments: Slicing.all)
    func bothWays(slicing: Slicing) throws {
        let window: Int32 = 80_000
        let pair = try Pair(
            client: Self.configuration(window: window), server: Self.configuration(window: window),
            slicing: slicing)
        let (up, down) = (pattern(400_000, seed: 1), pattern(300_000, seed: 2))
        pair.serverSide.onAccept = { stream, _ in
            try? stream.respond(.response())
            let handler = Recorder()
            handler.onEnd = { $0.send(down, end: true) }
            stream.send(down)
            return handler
        }
        let recorder = Recorder()
        _ = try pair.client.open(.request(), body: up, end: true, handler: recorder)
        try pair.pump()
        #expect(recorder.body == down + down)
        #expect(pair.serverSide.accepted.first?.handler.body == up)
    }

    @Test("what closed streams had not read is handed back to the connection")
    func creditOfClosedStreams() throws {
        let window: Int32 = 70_000
        let pair = try Pair(client: Self.configuration(window: window))
        pair.serverSide.onAccept = { stream, _ in
            try? stream.respond(.response())
            stream.send(pattern(60_000), end: true)
            return Recorder()
        }
        // Together they receive far more than the connection's window of 280 000 bytes.
        for index in 0..<20 {
            let recorder = Recorder()
            recorder.consumes = false
            let stream = try pair.client.open(.request(), end: true, handler: recorder)
            try pair.pump()
            #expect(recorder.body.count == 60_000, "stream \(index) starved")
            #expect(recorder.closures.count == 1)
            stream.consume(60_000)
        }
    }

    @Test("data that comes for a stream we have reset is handed back too")
    func creditAfterReset() throws {
        let pair = try Pair(client: Self.configuration(window: 70_000))
        pair.serverSide.onAccept = { stream, _ in
            try? stream.respond(.response())
            stream.send(pattern(65_000))
            return Recorder()
        }
        try pair.pump()
        for _ in 0..<20 {
            let recorder = Recorder()
            recorder.consumes = false
            let stream = try pair.client.open(.request(), end: true, handler: recorder)
            try pair.deliver(Pair.drain(pair.client), to: pair.server)
            let inFlight = try Pair.drain(pair.server)
            #expect(inFlight.count > 65_000)
            stream.reset(.cancel)
            try pair.deliver(inFlight, to: pair.client)
            try pair.pump()
            #expect(recorder.body.isEmpty)
        }
    }
}
