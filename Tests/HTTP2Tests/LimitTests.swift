import HTTP2
import Testing

/// What SETTINGS allow.
struct LimitTests {
    @Test("streams beyond the peer's limit are refused here, until one is done")
    func concurrency() throws {
        var configuration = HTTP2Configuration()
        configuration.maxConcurrentStreams = 2
        let pair = try Pair(server: configuration)
        #expect(pair.client.remoteMaxConcurrentStreams == 100)
        #expect(!pair.client.hasReceivedSettings)
        try pair.pump()
        #expect(pair.client.hasReceivedSettings && pair.clientSide.settings == 1)
        #expect(pair.client.remoteMaxConcurrentStreams == 2)

        let first = try pair.client.open(.request(), end: false, handler: Recorder())
        #expect(pair.client.canOpenStream)
        _ = try pair.client.open(.request(), end: false, handler: Recorder())
        #expect(!pair.client.canOpenStream && pair.client.openStreamCount == 2)
        #expect(throws: HTTP2Error.self) {
            try pair.client.open(.request(), end: true, handler: Recorder())
        }
        try pair.pump()
        #expect(pair.serverSide.accepted.count == 2)
        first.reset(.cancel)
        try pair.pump()
        #expect(pair.client.canOpenStream)
    }

    @Test("a peer that names no limit of streams has none")
    func unlimited() throws {
        let pair = try Pair()
        try pair.pump()
        #expect(pair.client.remoteMaxConcurrentStreams == Int(UInt32.max))
        let recorders = (0..<500).map { _ in Recorder() }
        for recorder in recorders {
            _ = try pair.client.open(.request(), end: false, handler: recorder)
        }
        try pair.pump()
        #expect(pair.serverSide.accepted.count == 500)
    }

    @Test("streams opened before the limit was known are refused by the server, unprocessed")
    func concurrencyBeforeSettings() throws {
        var configuration = HTTP2Configuration()
        configuration.maxConcurrentStreams = 2
        let pair = try Pair(server: configuration)
        let recorders = (0..<3).map { _ in Recorder() }
        for recorder in recorders {
            _ = try pair.client.open(.request(), end: false, handler: recorder)
        }
        try pair.pump()
        #expect(recorders[0].closures.isEmpty && recorders[1].closures.isEmpty)
        #expect(
            recorders[2].closures
                == [StreamClosure(cause: .resetByPeer, code: .refusedStream, isUnprocessed: true)])
    }

    @Test("a header list longer than the peer accepts is not sent")
    func longHeaderListSent() throws {
        var configuration = HTTP2Configuration()
        configuration.maxHeaderListSize = 1_000
        let pair = try Pair(client: configuration, server: configuration)
        try pair.pump()
        #expect(pair.client.remoteMaxHeaderListSize == 1_000)
        var head = try HeaderBlock.request()
        try head.append("x", String(repeating: "x", count: 1_000))
        let error = try #require(throws: HTTP2Error.self) {
            try pair.client.open(head, end: true, handler: Recorder())
        }
        #expect(error.kind == .headerListTooLarge)
        pair.serverSide.onAccept = { stream, _ in
            var head = HeaderBlock()
            try? head.append("x", String(repeating: "x", count: 1_000))
            #expect(throws: HTTP2Error.self) { try stream.respond(head) }
            try? stream.respond(.response())
            #expect(throws: HTTP2Error.self) { try stream.sendTrailers(head) }
            stream.send([], end: true)
            return Recorder()
        }
        let recorder = Recorder()
        _ = try pair.client.open(.request(), end: true, handler: recorder)
        try pair.pump()
        #expect(recorder.ends == 1)
    }

    @Test("a header list that is too long resets its stream only", arguments: Slicing.all)
    func longHeaderListReceived(slicing: Slicing) throws {
        var configuration = HTTP2Configuration()
        configuration.maxHeaderListSize = 1_000
        let pair = try Pair(server: configuration, slicing: slicing)
        pair.serverSide.onAccept = { stream, _ in
            try? stream.respond(.response(), end: true)
            return Recorder()
        }
        // Before the server's SETTINGS come the client cannot know.
        let (bad, good) = (Recorder(), Recorder())
        var head = try HeaderBlock.request()
        for index in 0..<40 { try head.append("x-\(index)", "indexed value \(index)") }
        _ = try pair.client.open(head, body: [1, 2], end: true, handler: bad)
        _ = try pair.client.open(.request(), end: true, handler: good)
        try pair.pump()
        #expect(
            bad.closures
                == [StreamClosure(cause: .resetByPeer, code: .frameSizeError, isUnprocessed: false)]
        )
        #expect(good.head?.status == 200)
        #expect(pair.serverSide.accepted.count == 1)
    }
}
