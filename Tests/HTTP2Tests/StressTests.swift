import HTTP2
import Testing

/// Long random runs; the seed in a failure's name repeats it.
struct StressTests {
    @Test(
        "whatever is sent, reset and read in whatever order, nothing is lost or told twice",
        arguments: 1...20 as ClosedRange<UInt64>)
    func exchanges(seed: UInt64) throws {
        var random = Seeded(state: seed)
        var configuration = HTTP2Configuration()
        configuration.streamWindowSize = 12_000
        configuration.connectionWindowSize = 66_000
        configuration.maxConcurrentStreams = 20
        configuration.sendBufferSize = 4_000
        let pair = try Pair(
            client: configuration, server: configuration, slicing: .random(seed: seed))
        // Echoes; each stream remembers its own.
        pair.serverSide.onAccept = { stream, _ in
            let handler = Recorder()
            try? stream.respond(.response())
            var echoed = 0
            handler.onData = { stream in
                stream.send(Array(handler.body[echoed...]))
                echoed = handler.body.count
            }
            handler.onEnd = { stream in
                try? stream.sendTrailers(HeaderBlock(["grpc-status": "0"]))
            }
            return handler
        }
        try pair.pump()

        var sent: [Int32: [UInt8]] = [:]
        var open: [(stream: HTTP2Stream, recorder: Recorder)] = []
        var all: [(stream: HTTP2Stream, recorder: Recorder, isReset: Bool)] = []
        for _ in 0..<600 {
            switch Int.random(in: 0..<10, using: &random) {
            case 0..<3 where pair.client.canOpenStream:
                let recorder = Recorder()
                recorder.consumes = false
                let body = pattern(Int.random(in: 0...8_000, using: &random), seed: random.next())
                let stream = try pair.client.open(
                    .request(), body: body, end: false, handler: recorder)
                sent[stream.id] = body
                open.append((stream, recorder))
            case 3..<6 where !open.isEmpty:
                let index = Int.random(in: 0..<open.count, using: &random)
                let (stream, recorder) = open[index]
                let body = pattern(Int.random(in: 0...4_000, using: &random), seed: random.next())
                let end = Bool.random(using: &random)
                sent[stream.id, default: []] += body
                stream.send(body, end: end)
                if end {
                    open.remove(at: index)
                    all.append((stream, recorder, false))
                }
            case 6 where !open.isEmpty:
                let (stream, recorder) = open.remove(
                    at: Int.random(in: 0..<open.count, using: &random))
                stream.reset(.cancel)
                all.append((stream, recorder, true))
            case 7:
                try pair.deliver(Pair.drain(pair.client), to: pair.server)
            case 8:
                try pair.deliver(Pair.drain(pair.server), to: pair.client)
            default:
                for (stream, recorder) in open { Self.read(stream, recorder) }
                for (stream, recorder, _) in all { Self.read(stream, recorder) }
            }
        }
        for (stream, recorder) in open {
            stream.send([], end: true)
            all.append((stream, recorder, false))
        }
        while pair.client.openStreamCount > 0 {
            try pair.pump()
            for (stream, recorder, _) in all { Self.read(stream, recorder) }
        }
        try pair.pump()

        #expect(all.count > 20)
        for (stream, recorder, isReset) in all {
            #expect(recorder.closures.count == 1)
            if isReset {
                #expect(recorder.closures.first?.cause == .resetLocally)
            } else {
                #expect(recorder.body == sent[stream.id])
                #expect(recorder.trailers?["grpc-status"] == "0" && recorder.ends == 1)
                #expect(recorder.closures.first?.cause == .finished)
            }
        }
        #expect(pair.server.openStreamCount == 0)
        #expect(pair.serverSide.accepted.allSatisfy { $0.handler.closures.count == 1 })
    }

    /// Hands back what has been received since the last time.
    private static func read(_ stream: HTTP2Stream, _ recorder: Recorder) {
        stream.consume(recorder.body.count - recorder.consumed)
        recorder.consumed = recorder.body.count
    }

    @Test(
        "damaged bytes never crash, and every stream is closed exactly once",
        arguments: 1...60 as ClosedRange<UInt64>)
    func damage(seed: UInt64) throws {
        var random = Seeded(state: seed)
        let pair = try Pair(slicing: .random(seed: seed))
        pair.serverSide.onAccept = { stream, _ in
            let handler = Recorder()
            handler.onEnd = { stream in
                try? stream.respond(.response())
                stream.send(pattern(2_000))
                try? stream.sendTrailers(HeaderBlock(["grpc-status": "0"]))
            }
            return handler
        }
        let recorders = (0..<8).map { _ in Recorder() }
        for recorder in recorders {
            _ = try pair.client.open(.request(), body: pattern(500), end: true, handler: recorder)
        }
        do {
            for _ in 0..<10 {
                var up = try Pair.drain(pair.client)
                Self.damage(&up, using: &random)
                try pair.deliver(up, to: pair.server)
                var down = try Pair.drain(pair.server)
                Self.damage(&down, using: &random)
                try pair.deliver(down, to: pair.client)
            }
        } catch let error as HTTP2Error {
            #expect(pair.client.failure == error || pair.server.failure == error)
        }
        let lost = HTTP2Error(.connectionLost, "over")
        pair.client.close(lost)
        pair.server.close(lost)
        #expect(recorders.allSatisfy { $0.closures.count == 1 })
        #expect(pair.serverSide.accepted.allSatisfy { $0.handler.closures.count == 1 })
    }

    private static func damage(_ bytes: inout [UInt8], using random: inout Seeded) {
        guard !bytes.isEmpty else { return }
        for _ in 0..<Int.random(in: 0...2, using: &random) {
            bytes[Int.random(in: 0..<bytes.count, using: &random)] ^=
                1 << UInt8.random(in: 0..<8, using: &random)
        }
    }
}
