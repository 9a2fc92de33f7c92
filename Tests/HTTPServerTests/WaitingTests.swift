import EventLoop
import HTTPMessage
import HTTPServer
import HTTPTypes
import TestSupport
import Testing

@Suite("Answers that take a while")
struct WaitingTests {
    /// Calls `action` after that many turns of the loop.
    static func after(turns: Int, on loop: EventLoop, _ action: @escaping () -> Void) {
        guard turns > 0 else { return action() }
        loop.schedule(after: .zero) { after(turns: turns - 1, on: loop, action) }
    }

    @Test("every request gets its own answer, however many turns that takes", arguments: [1, 40])
    func manyTurns(connections: Int) throws {
        let server = try TestServer()
        server.answer = { [unowned server] exchange in
            let target = exchange.request.target.description
            let turns = Int(target.split(separator: "/").last ?? "") ?? 0
            Self.after(turns: turns, on: server.loop) { exchange.respond(.text(target)) }
        }
        try server.use {
            let clients = (0..<connections).map { _ in server.client() }
            for turns in [0, 1, 2, 3, 20, 0, 7] {
                for (index, client) in clients.enumerated() {
                    client.send("GET /\(index)/\(turns + index % 5) HTTP/1.1\r\nHost: x\r\n\r\n")
                }
                for (index, client) in clients.enumerated() {
                    try #expect(server.response(client).body == "/\(index)/\(turns + index % 5)")
                }
            }
            #expect(server.server?.connectionCount == connections)
            for client in clients { client.close() }
        }
    }

    @Test("a stream whose pieces come in later turns arrives whole", arguments: [0, 1, 5, 30])
    func slowStream(turns: Int) throws {
        let server = try TestServer()
        server.answer = { [unowned server] exchange in
            let loop = server.loop
            let channel = ByteChannel(loop: loop, capacity: 100)
            func produce(_ left: Int) {
                Self.after(turns: turns, on: loop) {
                    channel.assumeIsolated { channel in
                        if left == 0 { channel.finish() } else { _ = channel.offer([0x61]) }
                    }
                    if left > 0 { produce(left - 1) }
                }
            }
            exchange.respond(
                Response(.ok, body: .stream(BodyStream { try await channel.next() })))
            produce(5)
        }
        try server.use {
            let client = server.client()
            for _ in 0..<3 {
                client.send("GET / HTTP/1.1\r\nHost: x\r\n\r\n")
                try #expect(server.response(client).body == "aaaaa")
            }
            client.close()
        }
    }

    @Test("a loop with nothing but waiting exchanges sleeps")
    func sleeps() throws {
        let server = try TestServer()
        var kept: [Exchange] = []
        server.answer = { kept.append($0) }
        try server.use {
            let clients = (0..<20).map { _ in server.client() }
            for client in clients { client.send("GET / HTTP/1.1\r\nHost: x\r\n\r\n") }
            try server.wait(for: "the requests") { kept.count == 20 }
            var turns = 0
            var isDone = false
            server.loop.schedule(after: .milliseconds(300)) { isDone = true }
            server.loop.run {
                turns += 1
                return isDone
            }
            // A few until they are suspended, then the tick that looks for clients that left.
            #expect(turns < 100)
            server.onLoop {
                for exchange in kept { exchange.respond(.text("at last")) }
                kept = []
            }
            for client in clients {
                try #expect(server.response(client).body == "at last")
                client.close()
            }
        }
    }

    @Test("shutting down cuts uploads and streams in flight")
    func shutdown() throws {
        let server = try TestServer()
        let failedReads = Counter()
        let cancelledStreams = Counter()
        server.disposition = { _ in .stream(limit: .max) }
        var uploads: [Exchange] = []
        server.answer = { [unowned server] exchange in
            if case .stream(let body) = exchange.request.body {
                uploads.append(exchange)
                Task(executorPreference: server.loop) {
                    do {
                        while try await body.next() != nil {}
                    } catch {
                        failedReads.value += 1
                    }
                }
                return
            }
            let channel = ByteChannel(loop: server.loop, capacity: 10)
            let stream = BodyStream {
                do {
                    return try await channel.next()
                } catch {
                    cancelledStreams.value += 1
                    throw error
                }
            }
            exchange.respond(Response(.ok, body: .stream(stream)))
        }
        try server.use {
            let clients = (0..<20).map { _ in server.client() }
            for (index, client) in clients.enumerated() {
                client.send(
                    index % 2 == 0
                        ? "PUT / HTTP/1.1\r\nHost: x\r\nContent-Length: 9\r\n\r\nabc"
                        : "GET / HTTP/1.1\r\nHost: x\r\n\r\n")
            }
            try server.wait(for: "the uploads and the heads of the streams") {
                uploads.count == 10 && clients.count { !$0.input.isEmpty } == 10
            }
            server.stop()
            try server.wait(for: "both sides to notice") {
                failedReads.value == 10 && cancelledStreams.value == 10
                    && clients.allSatisfy(\.isClosed)
            }
            #expect(server.summaries.count == 20)
            server.onLoop { uploads = [] }
        }
    }
}
