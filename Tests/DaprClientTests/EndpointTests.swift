import EventLoop
import Testing

@testable import DaprClient

@Suite("Endpoints and the environment")
struct EndpointTests {
    /// The rows of dapr/js-client-parity.md section 7, with what the JavaScript client gets wrong
    /// put right: http:80, TLS for grpcs, `[::1]`, absolute paths of sockets.
    @Test(
        "gRPC endpoints of Dapr's SDKs",
        arguments: [
            ("127.0.0.1:50001", "127.0.0.1:50001"), (":5000", "localhost:5000"),
            (":5000?tls=true", "localhost:5000 (TLS)"), ("myhost", "myhost:443"),
            ("myhost?tls=true", "myhost:443 (TLS)"), ("myhost:443?tls=false", "myhost:443"),
            ("h:5000?tls=TRUE", "h:5000 (TLS)"), ("h:5000?tls=yes", "h:5000"),
            ("http://myhost", "myhost:443"), ("http://myhost:5000", "myhost:5000"),
            ("http://myhost:80", "myhost:80"), ("https://myhost", "myhost:443 (TLS)"),
            ("https://myhost:443", "myhost:443 (TLS)"),
            ("https://127.0.0.1:50001", "127.0.0.1:50001 (TLS)"), ("grpc://h:1", "h:1"),
            ("grpcs://h:1", "h:1 (TLS)"), ("dns:myhost", "myhost:443"),
            ("dns:myhost:5000", "myhost:5000"), ("dns:myhost?tls=true", "myhost:443 (TLS)"),
            ("dns:myhost:5000?tls=true", "myhost:5000 (TLS)"),
            ("dns:///myhost:5000", "myhost:5000"),
            ("unix:my.sock", "unix:my.sock"), ("unix://my.sock", "unix:my.sock"),
            ("unix:my.sock?tls=true", "unix:my.sock (TLS)"),
            ("unix://my.sock?tls=true", "unix:my.sock (TLS)"),
            ("unix:/tmp/a.sock", "unix:/tmp/a.sock"), ("unix:///tmp/a.sock", "unix:/tmp/a.sock"),
            ("unix-abstract:my.sock", "unix:@my.sock"),
            ("[2001:db8::1]:5000", "[2001:db8::1]:5000"),
            ("dns:[2001:db8::1]:5000", "[2001:db8::1]:5000"),
            ("[2001:db8:1f70:0:999:de8:7648:6e8]", "[2001:db8:1f70:0:999:de8:7648:6e8]:443"),
            ("[::1]", "[::1]:443"), ("[::1]:50001", "[::1]:50001"),
            ("https://[::1]:5000", "[::1]:5000 (TLS)"), ("h:", "h:443"), ("", "localhost:443"),
            ("MyHost:1/", "myhost:1"),
        ])
    func grpc(text: String, endpoint: String) throws {
        #expect(try SidecarEndpoint(grpc: text).description == endpoint)
    }

    @Test(
        "HTTP endpoints of Dapr's SDKs",
        arguments: [
            ("myhost", "myhost:80"), ("http://myhost", "myhost:80"), (":5000", "localhost:5000"),
            ("127.0.0.1:3500", "127.0.0.1:3500"), ("https://h", "h:443 (TLS)"),
            ("https://h:443", "h:443 (TLS)"), ("HTTP://MyHost:1", "myhost:1"),
            ("[::1]:3500", "[::1]:3500"), ("http://[::1]:3500", "[::1]:3500"),
            ("https://[2001:db8::1]:5000", "[2001:db8::1]:5000 (TLS)"), ("http://h:0", "h:80"),
            ("127.0.0.1:", "127.0.0.1:80"), ("unix:/tmp/s", "unix:/tmp/s"),
            ("unix-abstract:s", "unix:@s"), ("http://h:1/", "h:1"), ("https://h/", "h:443 (TLS)"),
        ])
    func http(text: String, endpoint: String) throws {
        #expect(try SidecarEndpoint(http: text).description == endpoint)
    }

    @Test(
        "what is not offered is refused by name",
        arguments: [
            ("vsock:mycid", "vsock"), ("vsock:3:5000", "vsock"), ("vsock:3:5000?tls=true", "vsock"),
            ("dns://8.8.8.8:53/myhost:5000", "a DNS server cannot be chosen"),
        ])
    func notSupported(text: String, reason: String) {
        let error = #expect(throws: DaprError.self) { try SidecarEndpoint(grpc: text) }
        #expect(error?.kind == .notSupported)
        #expect(error?.message.contains("'\(text)'") == true)
        #expect(error?.message.contains(reason) == true)
    }

    @Test(
        "a bad gRPC endpoint is refused by name",
        arguments: [
            "::1", "[::1", "[x]:1", "[::1]x", "http://h?tls=false", "http://h:1?tls=true",
            "https://h?tls=true", "https://h?tls=false", "h:5000/p", "h:5000?a=1",
            "dns:[2001:db8::1]:5000?abc=[]", "dns://myhost", "inv://h", "inv:h:5000", "h:70000",
            "h:0", "h:+1", "h:x", "a b:1", "unix:", "unix://", "dns:", "http://", "user@h:1",
            "h:1?tls=true&a=b",
        ])
    func badGRPC(text: String) {
        let error = #expect(throws: DaprError.self) { try SidecarEndpoint(grpc: text) }
        #expect(error?.kind == .invalidArgument)
        #expect(error?.message.contains("'\(text)'") == true)
    }

    @Test(
        "a bad HTTP endpoint is refused by name",
        arguments: [
            "", "::1:3500", "h:99999", "http://", "https//h", "ftp://h", "http://h/prefix",
            "https://h/prefix?x=1", "h?x=1", "dns:h:1", "http://h:1:2", "https://h:3500:3500",
            "http://u@h:1", "grpc://h:1",
        ])
    func badHTTP(text: String) {
        let error = #expect(throws: DaprError.self) { try SidecarEndpoint(http: text) }
        #expect(error?.kind == .invalidArgument)
        #expect(error?.message.contains("'\(text)'") == true)
    }

    @Test("a host with a scheme is joined with the port, as the SDKs do it")
    func hostWithScheme() throws {
        let configuration = try DaprClient.Configuration.fromEnvironment(
            [:], host: "https://h", httpPort: 1, grpcPort: 2)
        #expect(configuration.httpEndpoint.description == "h:1 (TLS)")
        #expect(configuration.grpcEndpoint.description == "h:2 (TLS)")
        let error = #expect(throws: DaprError.self) {
            try DaprClient.Configuration.fromEnvironment([:], host: "https://h:443")
        }
        #expect(error?.message.contains("https://h:443:3500") == true)
    }

    @Test(
        "the environment's precedence",
        arguments: [
            ([:], "127.0.0.1:3500", "127.0.0.1:50001"),
            (["DAPR_HTTP_PORT": "1", "DAPR_GRPC_PORT": "2"], "127.0.0.1:1", "127.0.0.1:2"),
            (["DAPR_HTTP_PORT": "", "DAPR_GRPC_PORT": ""], "127.0.0.1:3500", "127.0.0.1:50001"),
            (
                ["DAPR_HTTP_ENDPOINT": "h:3", "DAPR_HTTP_PORT": "1", "DAPR_GRPC_ENDPOINT": ""],
                "h:3", "127.0.0.1:50001"
            ),
            (
                ["DAPR_GRPC_ENDPOINT": "g:4", "DAPR_GRPC_PORT": "nonsense"], "127.0.0.1:3500",
                "g:4"
            ),
        ] as [([String: String], String, String)])
    func environment(environment: [String: String], http: String, grpc: String) throws {
        let configuration = try DaprClient.Configuration.fromEnvironment(environment)
        #expect(configuration.httpEndpoint.description == http)
        #expect(configuration.grpcEndpoint.description == grpc)
        #expect(configuration.apiToken == nil)
        #expect(configuration.protocol == .http)
    }

    @Test("a host or port that is given goes before the endpoint variables")
    func explicit() throws {
        let environment = [
            "DAPR_HTTP_ENDPOINT": "h:3", "DAPR_GRPC_ENDPOINT": "g:4", "DAPR_GRPC_PORT": "5",
            "DAPR_API_TOKEN": "t",
        ]
        let byHost = try DaprClient.Configuration.fromEnvironment(environment, host: "::1")
        #expect(byHost.httpEndpoint.description == "[::1]:3500")
        #expect(byHost.grpcEndpoint.description == "[::1]:5")
        #expect(byHost.apiToken == "t")
        let byPort = try DaprClient.Configuration.fromEnvironment(environment, httpPort: 7)
        #expect(byPort.httpEndpoint.description == "127.0.0.1:7")
        #expect(byPort.grpcEndpoint.description == "g:4")
    }

    @Test(
        "a port that is none is refused by name",
        arguments: ["x", "0", "70000", "-1", " 1"])
    func badPort(text: String) {
        let error = #expect(throws: DaprError.self) {
            try DaprClient.Configuration.fromEnvironment(["DAPR_HTTP_PORT": text])
        }
        #expect(error?.message == "DAPR_HTTP_PORT is '\(text)', which is no port")
    }
}
