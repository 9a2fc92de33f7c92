import DaprClient
import Gateway
import JSON
import TestSupport
import Testing

@Suite("The sidecar's own API through a gateway and a sidecar")
struct NativeLiveTests {
    private static let setups = Setup.all.filter { $0.protocol != .grpc }

    @Test("state, secrets and invocation are as the sidecar has them", arguments: setups)
    func passes(_ setup: Setup) throws {
        try withGateway(setup, change: { $0.nativeApi = true }) { gateway in
            let json = ["Content-Type": "application/json"]
            let saved = try gateway.send(
                "POST", "/v1.0/state/statestore", json, #"[{"key":"k","value":17}]"#)
            #expect(saved.status == 204, "\(saved.body)")
            let read = try gateway.send("GET", "/v1.0/state/statestore/k")
            #expect(read.body == "17")
            #expect(read["etag"]?.contains("\"") == false)
            let secret = try gateway.send("GET", "/v1.0/secrets/secretstore/db-password")
            #expect(secret.status == 200, "\(secret.body)")
            let echoed = try gateway.send("PUT", "/v1.0/invoke/echo/method/a?x=1", [:], "hi")
            let document = try JSONDocument(parsing: echoed.content).root.value
            #expect(document["method"]?.stringValue == "PUT")
            #expect(document["path"]?.stringValue == "/a?x=1")
            let unknown = try gateway.send("GET", "/v1.0/state/nowhere/k")
            #expect(unknown.status == 400)
            #expect(unknown.body.contains("ERR_STATE_STORE_NOT_FOUND"))
            for (method, target) in [
                ("POST", "/v1.0/shutdown"), ("PUT", "/v1.0/metadata/k"),
                ("GET", "/v1.0/secrets/secretstore/bulk"),
            ] {
                #expect(try gateway.send(method, target, [:], "").status == 403)
            }
        }
    }

    @Test("a large answer and a large body go through, neither kept", arguments: setups)
    func large(_ setup: Setup) throws {
        try withGateway(setup, change: { $0.nativeApi = true }) { gateway in
            let count = 3 << 20
            let answer = try gateway.send("GET", "/v1.0/invoke/echo/method/large?n=\(count)")
            #expect(answer.status == 200)
            #expect(answer.content.count == count)
            #expect(answer.content.allSatisfy { $0 == UInt8(ascii: "x") })
            let counted = try gateway.send(
                "POST", "/v1.0/invoke/echo/method/upload", [:],
                [UInt8](repeating: 1, count: count))
            let document = try JSONDocument(parsing: counted.content).root.value
            #expect(document["bodyLength"]?.intValue == count, "\(counted.body.prefix(300))")
            #expect(try gateway.send("GET", "/healthz").status == 200)
        }
    }

    @Test("with gRPC only, the configuration is refused")
    func needsHTTP() {
        var configuration = Configuration()
        configuration.nativeApi = true
        configuration.sidecar.protocol = .grpc
        let error = #expect(throws: ConfigurationError.self) {
            try configuration.validate(environment: [:])
        }
        #expect(error?.problems.first?.text.contains("nativeApi") == true)
        configuration.sidecar.protocol = .http
        #expect(throws: Never.self) { try configuration.validate(environment: [:]) }
    }
}
