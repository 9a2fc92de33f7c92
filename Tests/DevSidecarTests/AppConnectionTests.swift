import EventLoop
import HTTP2
import Synchronization
import Testing

@testable import DevSidecar

/// What calls ended with.
private final class Outcomes: Sendable {
    private let list = Mutex<[String]>([])
    var all: [String] { list.withLock { $0 } }
    func add(_ outcome: String) { list.withLock { $0.append(outcome) } }
}

@Suite("Connections to apps in other processes; here the app is a sidecar")
struct AppConnectionTests {
    private func call(_ app: GRPCServerApp, _ outcomes: Outcomes, on loop: EventLoop) {
        let box = LoopBound(app, on: loop)
        Task(executorPreference: loop) {
            do {
                _ = try await box.value.call(
                    "/dapr.proto.runtime.v1.Dapr/GetMetadata", [], metadata: [], timeout: "20S")
                outcomes.add("answer")
            } catch let status as GRPCStatus {
                outcomes.add("\(status.code) \(status.message)")
            } catch {
                outcomes.add("\(error)")
            }
        }
    }

    @Test("first gRPC calls that come together share a connection, and stopping closes it")
    func together() throws {
        let bench = try Bench(Bench.configuration())
        let app = GRPCServerApp(
            at: bench.server.addresses.grpc, limit: 1 << 20, on: bench.loop)
        let outcomes = Outcomes()
        for _ in 0..<5 { call(app, outcomes, on: bench.loop) }
        bench.turn { outcomes.all.count == 5 }
        #expect(outcomes.all == [String](repeating: "answer", count: 5))
        #expect(bench.server.connectionCount == 1)
        call(app, outcomes, on: bench.loop)
        bench.turn { outcomes.all.count == 6 }
        #expect(bench.server.connectionCount == 1)
        app.stop()
        bench.turn { bench.server.connectionCount == 0 }
        #expect(bench.server.connectionCount == 0)
        call(app, outcomes, on: bench.loop)
        bench.turn { outcomes.all.count == 7 }
        #expect(outcomes.all.last?.hasPrefix("14 ") == true)
    }

    @Test("an app that is not there is unavailable to all who wait, and dialled again")
    func absent() throws {
        let bench = try Bench(Bench.configuration())
        let app = GRPCServerApp(at: .ip("127.0.0.1", port: 1), limit: 1 << 20, on: bench.loop)
        let outcomes = Outcomes()
        for count in [2, 4] {
            for _ in 0..<2 { call(app, outcomes, on: bench.loop) }
            bench.turn { outcomes.all.count == count }
        }
        #expect(outcomes.all.count == 4)
        #expect(
            outcomes.all.allSatisfy { $0.hasPrefix("14 ") && $0.contains("dial tcp 127.0.0.1:1") })
        app.stop()
    }

    // MARK: - HTTP

    private func answer(_ call: AppCall, _ bench: Bench) -> Result<AppResponse, AppFailure>? {
        var result: Result<AppResponse, AppFailure>?
        call.whenDone { result = $0 }
        bench.turn { result != nil }
        return result
    }

    private func httpApp(_ bench: Bench) throws -> HTTPServerApp {
        HTTPServerApp(
            at: "127.0.0.1", port: try #require(bench.server.addresses.http.port), on: bench.loop)
    }

    private static func request(_ method: String, _ target: String) -> AppRequest {
        AppRequest(
            method: method, target: target, fields: [AppField(name: "Host", value: "a")])
    }

    @Test("requests to an HTTP app follow each other on one connection")
    func kept() throws {
        let bench = try Bench(Bench.configuration())
        let app = try httpApp(bench)
        for target in ["/v1.0/healthz", "/v1.0/metadata", "/v1.0/none?a= b\r\nX: y"] {
            for method in ["GET", "HEAD", "POST"] {
                let result = answer(app.ask(Self.request(method, target)), bench)
                let response = try #require(try result?.get())
                #expect(response.status >= 200)
                #expect(method != "HEAD" || response.body.isEmpty)
            }
        }
        #expect(bench.server.connectionCount == 1)
        app.stop()
        bench.turn { bench.server.connectionCount == 0 }
        #expect(bench.server.connectionCount == 0)
    }

    @Test(
        "a field that is more than one is not sent; a request that is given up closes its connection"
    )
    func ends() throws {
        let bench = try Bench(Bench.configuration())
        let app = try httpApp(bench)
        var request = Self.request("GET", "/")
        request.fields.append(AppField(name: "X-A", value: "1\r\nX-B: 2"))
        guard case .failure(.invalidField("X-A")) = answer(app.ask(request), bench) else {
            Issue.record("it was sent")
            return
        }
        let call = app.ask(Self.request("GET", "/v1.0/healthz"))
        call.cancel()
        guard case .failure(.cancelled) = answer(call, bench) else {
            Issue.record("it was not given up")
            return
        }
        bench.settle()
        #expect(bench.server.connectionCount == 0)
        let nobody = HTTPServerApp(at: "127.0.0.1", port: 1, on: bench.loop)
        guard case .failure(.refused(port: 1)) = answer(nobody.ask(Self.request("GET", "/")), bench)
        else {
            Issue.record("somebody answered")
            return
        }
    }
}
