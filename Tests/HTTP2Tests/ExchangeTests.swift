import HTTP2
import Testing

/// Whole messages between a client and a server session.
struct ExchangeTests {
    @Test("a unary exchange with trailers arrives as it was sent", arguments: Slicing.all)
    func unary(slicing: Slicing) throws {
        let pair = try Pair(slicing: slicing)
        let answer = pattern(3_000)
        pair.serverSide.onAccept = { _, _ in
            let handler = Recorder()
            handler.onEnd = { stream in
                try? stream.respond(.response())
                stream.send(answer)
                try? stream.sendTrailers(HeaderBlock(["grpc-status": "0", "grpc-message": ""]))
            }
            return handler
        }
        let question = pattern(2_000, seed: 3)
        let recorder = Recorder()
        var head = try HeaderBlock.request("/dapr.proto.runtime.v1.Dapr/GetState")
        try head.append("te", "trailers")
        try head.append("dapr-api-token", "secret")
        let stream = try pair.client.open(head, body: question, end: true, handler: recorder)
        try pair.pump()

        let incoming = try #require(pair.serverSide.accepted.first)
        #expect(incoming.head == head)
        #expect(incoming.head.map(\.neverIndexed) == [false, false, false, false, false, true])
        #expect(incoming.handler.body == question)
        #expect(incoming.handler.ends == 1)
        #expect(incoming.handler.closures.map(\.cause) == [.finished])
        #expect(recorder.head?.status == 200)
        #expect(recorder.body == answer)
        #expect(recorder.trailers?.fields == ["grpc-status=0", "grpc-message="])
        #expect(recorder.ends == 1)
        #expect(
            recorder.closures
                == [StreamClosure(cause: .finished, code: .noError, isUnprocessed: false)])
        #expect(stream.id == 1 && !stream.isOpen)
        #expect(pair.client.openStreamCount == 0 && pair.server.openStreamCount == 0)
    }

    @Test("an answer may be trailers only, and a request may have no body")
    func trailersOnly() throws {
        let pair = try Pair()
        pair.serverSide.onAccept = { stream, _ in
            try? stream.respond(
                HeaderBlock([":status": "200", "grpc-status": "12"]), end: true)
            return Recorder()
        }
        let recorder = Recorder()
        _ = try pair.client.open(.request(), end: true, handler: recorder)
        try pair.pump()
        #expect(recorder.head?["grpc-status"] == "12")
        #expect(recorder.headEndedStream)
        #expect(recorder.trailers == nil && recorder.body.isEmpty && recorder.ends == 1)
        #expect(recorder.closures.map(\.cause) == [.finished])
    }

    @Test("interim responses come before the final one")
    func informational() throws {
        let pair = try Pair()
        pair.serverSide.onAccept = { stream, _ in
            try? stream.inform(.response(103))
            try? stream.inform(.response(100))
            try? stream.respond(.response(204), end: true)
            return Recorder()
        }
        let recorder = Recorder()
        _ = try pair.client.open(.request(), end: true, handler: recorder)
        try pair.pump()
        #expect(recorder.informational.map(\.status) == [103, 100])
        #expect(recorder.head?.status == 204)
        #expect(recorder.trailers == nil && recorder.ends == 1)
    }

    @Test("both sides can send in turns, and trailers alone can end a request")
    func bidirectional() throws {
        let pair = try Pair()
        pair.serverSide.onAccept = { _, _ in
            let handler = Recorder()
            var isAnswered = false
            handler.onData = { stream in
                if !isAnswered { try? stream.respond(.response()) }
                isAnswered = true
                stream.send(handler.body)
                handler.body = []
            }
            handler.onEnd = { $0.send([], end: true) }
            return handler
        }
        let recorder = Recorder()
        let stream = try pair.client.open(.request(), end: false, handler: recorder)
        for turn in 1...3 {
            stream.send([UInt8(turn), UInt8(turn)])
            try pair.pump()
            #expect(recorder.body.count == 2 * turn)
        }
        try stream.sendTrailers(HeaderBlock(["checksum": "1"]))
        try pair.pump()
        #expect(pair.serverSide.accepted.first?.handler.trailers?["checksum"] == "1")
        #expect(recorder.body == [1, 1, 2, 2, 3, 3])
        #expect(recorder.closures.map(\.cause) == [.finished])
    }

    // Not byte by byte: libnghttp2 counts each partial read of a frame's head as a CONTINUATION.
    @Test(
        "a header list of many frames arrives whole",
        arguments: [.whole, .random(seed: 1), .random(seed: 2)] as [Slicing])
    func continuation(slicing: Slicing) throws {
        let pair = try Pair(slicing: slicing)
        var head = try HeaderBlock.request()
        let value = String(repeating: "{", count: 20_000)
        try head.append("x-first", value)
        try head.append("x-second", value)
        _ = try pair.client.open(head, end: true, handler: Recorder())
        try pair.pump()
        #expect(pair.serverSide.accepted.first?.head == head)
    }

    @Test("a complete early answer stops the rest of the request without being a failure")
    func earlyAnswer() throws {
        let pair = try Pair()
        pair.serverSide.onAccept = { stream, _ in
            try? stream.respond(.response(413))
            stream.send(Array("too large".utf8), end: true)
            return Recorder()
        }
        let recorder = Recorder()
        let stream = try pair.client.open(
            .request(), body: [1, 2, 3], end: false, handler: recorder)
        try pair.pump()
        #expect(recorder.head?.status == 413 && recorder.body == Array("too large".utf8))
        #expect(recorder.ends == 1)
        #expect(
            recorder.closures
                == [StreamClosure(cause: .finished, code: .noError, isUnprocessed: false)])
        #expect(pair.serverSide.accepted.first?.handler.closures.map(\.cause) == [.finished])
        stream.send([4], end: true)
        #expect(stream.pendingBytes == 0)
    }

    @Test("many streams at once keep their bytes apart", arguments: Slicing.all)
    func interleaved(slicing: Slicing) throws {
        let pair = try Pair(slicing: slicing)
        pair.serverSide.onAccept = { stream, _ in
            let handler = Recorder()
            try? stream.respond(.response())
            handler.onData = { stream in
                stream.send(handler.body)
                handler.body = []
            }
            handler.onEnd = { $0.send([], end: true) }
            return handler
        }
        try pair.pump()
        let recorders = (0..<50).map { _ in Recorder() }
        for (index, recorder) in recorders.enumerated() {
            _ = try pair.client.open(
                .request("/\(index)"), body: pattern(1_000 + index, seed: UInt64(index)), end: true,
                handler: recorder)
        }
        try pair.pump()
        for (index, recorder) in recorders.enumerated() {
            #expect(recorder.body == pattern(1_000 + index, seed: UInt64(index)))
            #expect(recorder.closures.map(\.cause) == [.finished])
        }
    }

    @Test("draining stops at its limit and goes on where it stopped")
    func drainLimit() throws {
        let client = try HTTP2Session(role: .client)
        var output: [UInt8] = []
        try client.drain(into: &output)
        #expect(output.starts(with: HTTP2Session.preface))
        #expect(!client.wantsWrite)
        let body = pattern(60_000)
        let stream = try client.open(.request(), body: body, end: true, handler: Recorder())
        try client.drain(into: &output, limit: 10_000)
        #expect(output.count >= 10_000 && output.count < 10_000 + 16_393)
        #expect(client.wantsWrite && stream.pendingBytes > 0)
        let before = output.count
        try client.drain(into: &output, limit: 10_000)
        #expect(output.count == before)
        try client.drain(into: &output, limit: 100_000)
        #expect(!client.wantsWrite && stream.pendingBytes == 0)

        let (server, serverSide) = (try HTTP2Session(role: .server), SessionRecorder())
        server.delegate = serverSide
        try server.receive(output)
        #expect(serverSide.accepted.first?.handler.body == body)
    }

    @Test("the owner is told once that there is something to drain")
    func output() throws {
        let pair = try Pair()
        try pair.pump()
        #expect(pair.clientSide.outputs == 0)
        let stream = try pair.client.open(.request(), end: false, handler: Recorder())
        stream.send([1])
        #expect(pair.clientSide.outputs == 1)
        try pair.pump()
        stream.send([2], end: true)
        #expect(pair.clientSide.outputs == 2)
    }
}
