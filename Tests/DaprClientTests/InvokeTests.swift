import DaprProtos
import HTTP2
import HTTPTypes
import JSON
import SwiftProtobuf
import Testing

@testable import DaprClient

@Suite("Service invocation over real sockets")
struct InvokeTests {
    private let options = CallOptions()

    @Test("a request reaches the app with its fields and content, and the answer comes back whole")
    func roundTrip() async throws {
        try await withHTTPPeer { _ in
            .http(
                404, "{\"errorCode\":\"MINE\"}",
                [("content-type", "application/json"), ("x-app", "1"), ("x-app", "2")])
        } body: { peer, transport in
            let request = InvokeRequest(
                appID: "app.ns", verb: .init("PURGE")!, method: "a%2Fb/c", query: "x=1&y",
                fields: [
                    .init("x-one")!: "1", .connection: "close", .contentType: "text/plain",
                    .init("dapr-app-id")!: "evil", .contentLength: "99",
                ], body: .bytes(Array("hi".utf8)))
            let response = try await transport.invoke(request, options: options)
            #expect(response.status.code == 404)
            #expect(response.fields[values: .init("x-app")!] == ["1", "2"])
            #expect(response.fields[.contentLength] == nil)
            let content = try await response.body.collect()
            #expect(content == Array("{\"errorCode\":\"MINE\"}".utf8))
            let received = try #require(await peer.requests.first)
            #expect(received.fields[":method"] == "PURGE")
            #expect(received.fields[":path"] == "/v1.0/invoke/app.ns/method/a%2Fb/c?x=1&y")
            #expect(received.fields["x-one"] == "1")
            #expect(received.fields["content-length"] == "2")
            #expect(received.fields["connection"] == nil)
            #expect(received.fields["dapr-app-id"] == nil)
            #expect(received.text == "hi")
        }
    }

    @Test(
        "only ERR_DIRECT_INVOKE and the token's text are the sidecar's own; the rest is the app's",
        arguments: [
            (
                500,
                "{\"errorCode\":\"ERR_DIRECT_INVOKE\",\"message\":\"couldn't find service: x\"}",
                DaprError.Kind.noSuchComponent
            ),
            (403, "{\"errorCode\":\"ERR_DIRECT_INVOKE\",\"message\":\"m\"}", .denied),
            (401, "invalid api token\n", .unauthenticated),
            (401, "invalid api tokens are bad", nil), (401, "no", nil),
            (500, "{\"errorCode\":\"ERR_STATE_GET\"}", nil),
            (400, "{\"errorCode\":\"ERR_DIRECT_INVOKE\"}", nil),
            (200, "{\"errorCode\":\"ERR_DIRECT_INVOKE\"}", nil),
        ] as [(Int, String, DaprError.Kind?)], [true, false])
    func whoseError(
        row: (status: Int, text: String, kind: DaprError.Kind?), hasLength: Bool
    ) async throws {
        let length = hasLength ? [("content-length", "\(row.text.utf8.count)")] : []
        try await withHTTPPeer { _ in
            .http(row.status, row.text, length)
        } body: { _, transport in
            let result: Result<InvokeResponse, DaprError>
            do throws(DaprError) {
                result = .success(
                    try await transport.invoke(
                        InvokeRequest(appID: "x", method: "m"), options: options))
            } catch {
                result = .failure(error)
            }
            switch result {
            case .success(let response):
                #expect(row.kind == nil)
                #expect(response.status.code == row.status)
                let content = try await response.body.collect()
                #expect(content == Array(row.text.utf8))
            case .failure(let error): #expect(error.kind == row.kind)
            }
        }
    }

    @Test("content streams both ways, and its end is seen")
    func streams() async throws {
        let size = 3 << 20
        try await withHTTPPeer { request in
            .respond([(":status", "200")], request.body, trailers: nil)
        } body: { peer, transport in
            let source = Chunks(count: 48, of: [UInt8](repeating: 7, count: size / 48))
            let response = try await transport.invoke(
                InvokeRequest(
                    appID: "x", verb: .post, method: "m",
                    body: .stream(length: size) { await source.next() }), options: options)
            guard case .stream = response.body else {
                Issue.record("the answer is not streamed")
                return
            }
            let content = try await response.body.collect()
            #expect(content == [UInt8](repeating: 7, count: size))
            #expect(await peer.requests.first?.fields["content-length"] == "\(size)")
        }
    }

    @Test("an answer is gone through chunk by chunk, and leaving the loop resets its stream")
    func chunks() async throws {
        try await withHTTPPeer { request in
            request.number == 1
                ? .respond(
                    [(":status", "200")], [UInt8](repeating: 7, count: 300_000), trailers: nil)
                : .begin([(":status", "200")], [1, 2, 3])
        } body: { peer, transport in
            let request = InvokeRequest(appID: "x", method: "m")
            var (count, chunks) = (0, 0)
            for try await chunk in try await transport.invoke(request, options: options).body {
                #expect(!chunk.isEmpty && chunk.allSatisfy { $0 == 7 })
                count += chunk.count
                chunks += 1
            }
            #expect(count == 300_000 && chunks > 1)
            for try await chunk in try await transport.invoke(request, options: options).body {
                #expect(chunk == [1, 2, 3])
                break
            }
            await peer.waitForResets(1)
        }
    }

    @Test("content in memory is one chunk, or none, and can be gone through again")
    func chunksInMemory() async throws {
        for (body, expected) in [
            (DaprBody.empty, []), (.bytes([]), []), (.bytes([1, 2]), [[1, 2]]),
        ] as [(DaprBody, [[UInt8]])] {
            for _ in 0..<2 {
                #expect(try await body.reduce(into: []) { $0.append($1) } == expected)
            }
        }
        // Chunks without a byte are no chunks.
        let (stream, source) = AsyncStream.makeStream(of: [UInt8].self)
        for chunk in [[], [1], [], [2, 3], []] as [[UInt8]] { source.yield(chunk) }
        source.finish()
        let body = DaprBody(DaprBody(stream))
        #expect(try await body.reduce(into: []) { $0.append($1) } == [[1], [2, 3]])
        #expect(try await body.collect() == [])
    }

    @Test("an answer whose sidecar goes away, or whose reader is cancelled, ends in a DaprError")
    func brokenChunks() async throws {
        try await withHTTPPeer { _ in
            .begin([(":status", "200")], [1])
        } body: { peer, transport in
            let request = InvokeRequest(appID: "x", method: "m")
            let first = try await transport.invoke(request, options: options).body
            let reading = Task { for try await _ in first {} }
            reading.cancel()
            let cancelled = await #expect(throws: DaprError.self) { try await reading.value }
            #expect(cancelled?.kind == .cancelled)
            let second = try await transport.invoke(request, options: options).body
            await peer.die()
            let lost = await #expect(throws: DaprError.self) { for try await _ in second {} }
            #expect(lost?.kind == .unavailable)
        }
    }

    @Test("dropping a streamed answer resets its stream")
    func dropped() async throws {
        try await withHTTPPeer { _ in
            .begin([(":status", "200")], [1, 2, 3])
        } body: { peer, transport in
            func readOne() async throws {
                let response = try await transport.invoke(
                    InvokeRequest(appID: "x", method: "m"), options: options)
                guard case .stream(_, let next) = response.body else { return }
                let chunk = try await next()
                #expect(chunk == [1, 2, 3])
            }
            try await readOne()
            await peer.waitForResets(1)
        }
    }

    @Test("a source that fails ends the call")
    func failingSource() async throws {
        struct Broken: Error {}
        try await withHTTPPeer { _ in
            .silence
        } body: { _, transport in
            let error = await #expect(throws: DaprError.self) {
                try await transport.invoke(
                    InvokeRequest(
                        appID: "x", verb: .post, method: "m",
                        body: .stream(length: nil) { throw Broken() }), options: options)
            }
            #expect(error?.kind == .cancelled)
        }
    }

    @Test("over gRPC the app's status and fields come from the head of the answer")
    func overGRPC() async throws {
        var message = Dapr_Proto_Common_V1_InvokeResponse()
        message.data.value = Array("hi".utf8).data
        message.contentType = "text/plain"
        let bytes: [UInt8] = try message.serializedBytes()
        try await withPeer { _ in
            .respond(
                [
                    (":status", "200"), ("content-type", "application/grpc"),
                    ("dapr-http-status", "201"), ("x-app", "1"), ("dapr-cache-control", "no-store"),
                    ("grpc-trace-bin", "AAAA"),
                ], [0, 0, 0, 0, UInt8(bytes.count)] + bytes, trailers: [("grpc-status", "0")])
        } body: { peer, transport, _ in
            let response = try await transport.invoke(
                InvokeRequest(
                    appID: "x", verb: .put, method: "m", query: "q=1",
                    fields: [.init("x-one")!: "1", .contentType: "a/b", .userAgent: "me"],
                    body: .bytes([1])), options: options)
            #expect(response.status.code == 201)
            #expect(response.fields[.contentType] == "text/plain")
            #expect(response.fields[.cacheControl] == "no-store")
            #expect(response.fields.count == 3)
            let content = try await response.body.collect()
            #expect(content == Array("hi".utf8))
            let received = try #require(await peer.requests.first)
            #expect(received.fields["x-one"] == "1")
            let sent = try Dapr_Proto_Runtime_V1_InvokeServiceRequest(
                serializedBytes: received.message)
            #expect(sent.id == "x")
            #expect(sent.message.method == "m")
            #expect(sent.message.contentType == "a/b")
            #expect(sent.message.httpExtension.verb == .put)
            #expect(sent.message.httpExtension.querystring == "q=1")
            #expect(sent.message.data.value.array == [1])
        }
    }

    @Test("over gRPC an app's error is an answer with the beginning of its content")
    func appErrorOverGRPC() async throws {
        var info = Google_Rpc_ErrorInfo()
        info.reason = "Unauthorized"
        info.metadata = [
            "http.code": "401", "http.error_message": String(repeating: "e", count: 63),
        ]
        var status = Google_Rpc_Status()
        status.details = [try Google_Protobuf_Any(message: info)]
        let details = Base64.encode(try status.serializedBytes() as [UInt8])
        let fields = [("grpc-message", "Unauthorized"), ("grpc-status-details-bin", details)]
        try await withPeer { request in
            .status(16, fields + (request.number == 1 ? [("dapr-http-status", "401")] : []))
        } body: { _, transport, _ in
            let request = InvokeRequest(appID: "x", method: "m")
            let response = try await transport.invoke(request, options: options)
            #expect(response.status.code == 401)
            #expect(response.isBodyTruncated)
            let content = try await response.body.collect()
            #expect(content?.count == 63)
            let error = await #expect(throws: DaprError.self) {
                try await transport.invoke(request, options: options)
            }
            #expect(error?.kind == .unauthenticated)
        }
    }
}

/// The same chunk a number of times.
private actor Chunks {
    private var count: Int
    private let chunk: [UInt8]

    init(count: Int, of chunk: [UInt8]) {
        self.count = count
        self.chunk = chunk
    }

    func next() -> [UInt8]? {
        guard count > 0 else { return nil }
        count -= 1
        return chunk
    }
}
