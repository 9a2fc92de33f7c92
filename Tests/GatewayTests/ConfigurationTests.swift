import DaprClient
import EventLoop
import GatewayRoutes
import Testing

@testable import Gateway

@Suite("The configuration file")
struct ConfigurationTests {
    private static func parse(_ text: String) throws(ConfigurationError) -> Configuration {
        try Configuration(parsing: Array(text.utf8), source: "daprgw.yaml")
    }

    /// The lines of the error that a text leads to.
    private static func mistakes(_ text: String) -> [String] {
        do throws(ConfigurationError) {
            _ = try parse(text)
            return []
        } catch {
            return error.description.split(separator: "\n").map(String.init)
        }
    }

    /// From this file's place: config/ lies beside Tests/.
    static func packageFile(_ path: String, from file: String = #filePath) -> String {
        let parts = file.split(separator: "/", omittingEmptySubsequences: false)
        return (parts.dropLast(3) + [Substring(path)]).joined(separator: "/")
    }

    @Test("the documented file says the defaults, all of them")
    func documentedDefaults() throws {
        let path = Self.packageFile("config/daprgw.yaml")
        #expect(try Configuration.load(path) == Configuration())
        // Every key has to stand there, so that the file documents it.
        let keys = { (text: String) in
            text.split(separator: "\n").compactMap { line -> String? in
                let code = line.drop { $0 == " " }
                guard !code.hasPrefix("#"), let colon = code.firstIndex(of: ":") else { return nil }
                return String(code[..<colon])
            }
        }
        let documented = String(decoding: try SystemFiles.read(path), as: UTF8.self)
        #expect(Set(keys(documented)).isSuperset(of: Set(keys(Configuration().yaml))))
    }

    @Test("all settings are read")
    func everything() throws {
        let configuration = try Self.parse(
            """
            listen: [":8080", "unix:/run/x.sock"]
            admin: {listen: "[::1]:9"}
            sidecar:
              grpc: unix:/run/dapr.socket
              http: http://127.0.0.1:3501
              protocol: grpc
              tokenFile: /etc/token
              caFile: /etc/ca.pem
              certificateFile: /etc/client.pem
              keyFile: /etc/client.key
              headerLimit: 8KiB
            defaults: {state: s, pubsub: p, secrets: x.y}
            limits: {connections: 7, headers: 8KiB, body: 1GiB, timeout: 250ms, maxTimeout: 1h, drain: 3}
            secrets: {allowBulk: yes}
            metadata: {allowSet: true}
            grpc: {descriptorSets: [/etc/a.pb, /etc/b.pb]}
            shards: 3
            log: {level: error, format: json}
            """)
        var expected = Configuration()
        expected.listen = [.ip("::", port: 8080), .unix(path: "/run/x.sock")]
        expected.admin.listen = [.ip("::1", port: 9)]
        expected.sidecar.grpc = "unix:/run/dapr.socket"
        expected.sidecar.http = "http://127.0.0.1:3501"
        expected.sidecar.protocol = .grpc
        expected.sidecar.tokenFile = "/etc/token"
        expected.sidecar.caFile = "/etc/ca.pem"
        expected.sidecar.certificateFile = "/etc/client.pem"
        expected.sidecar.keyFile = "/etc/client.key"
        expected.sidecar.headerLimit = ByteCount(8192)
        expected.defaults = .init(state: "s", pubsub: "p", secrets: "x.y")
        expected.limits.connections = 7
        expected.limits.headers = ByteCount(8192)
        expected.limits.body = ByteCount(1 << 30)
        expected.limits.timeout = .milliseconds(250)
        expected.limits.maxTimeout = .seconds(3600)
        expected.limits.drain = .seconds(3)
        expected.secrets.allowBulk = true
        expected.metadata.allowSet = true
        expected.grpc.descriptorSets = ["/etc/a.pb", "/etc/b.pb"]
        expected.shards = 3
        expected.log.level = .error
        expected.log.format = .json
        #expect(configuration == expected)
        #expect(try Self.parse(configuration.yaml) == expected)
    }

    @Test("what is written as YAML is read as the same value")
    func roundTrip() throws {
        var odd = Configuration()
        odd.listen = [.unix(path: "/run/it's \"odd\": #1.sock"), .ip("::1", port: 65535)]
        odd.sidecar.tokenFile = "/a\\b\nc\td' ~ \u{E9}"
        odd.defaults.state = "null"
        odd.defaults.pubsub = "17"
        odd.limits.timeout = .milliseconds(61_001)
        odd.limits.body = ByteCount(1025)
        odd.grpc.descriptorSets = ["a, b", "c\"d"]
        odd.shards = 64
        for configuration in [Configuration(), odd] {
            #expect(try Self.parse(configuration.yaml) == configuration, "\(configuration.yaml)")
        }
    }

    @Test("all mistakes are told at once, each with its place")
    func mistakes() {
        let text = """
            listen: [localhost:8080, example.com:80]
            admn:
              listen: 127.0.0.1:8081
            sidecar:
              protocol: http2
              grpc: ftp://x
              headerlimit: 4KiB
              tokenFile: ''
            limits:
              timeout: 10 s
              body: 4MB
              connections: 0
              drain: 2h
              drain: 1s
            shards: many
            log: verbose
            defaults:
              state: "a b"
            secrets:
              allowBulk: [true]
            """
        #expect(
            Self.mistakes(text) == [
                "daprgw.yaml:1:26: listen: expected ADDRESS:PORT with a numeric address, :PORT or "
                    + "unix:PATH, found \"example.com:80\"",
                "daprgw.yaml:2:1: admn: there is no such setting; did you mean admin?",
                "daprgw.yaml:5:13: sidecar.protocol: expected one of "
                    + DaprProtocol.allCases.map(\.rawValue).joined(separator: ", ")
                    + ", found \"http2\"",
                "daprgw.yaml:6:9: sidecar.grpc: expected an endpoint such as 127.0.0.1:3500 or "
                    + "unix:/PATH, found \"ftp://x\"",
                "daprgw.yaml:7:3: sidecar.headerlimit: there is no such setting; did you mean "
                    + "sidecar.headerLimit?",
                "daprgw.yaml:8:14: sidecar.tokenFile: expected the path of a file, found \"\"",
                "daprgw.yaml:10:12: limits.timeout: expected a duration from 1ms to 1h, such as "
                    + "250ms, 30s or 5m, found \"10 s\"",
                "daprgw.yaml:11:9: limits.body: expected a size from 1KiB to 1GiB, such as 64KiB, "
                    + "found \"4MB\"",
                "daprgw.yaml:12:16: limits.connections: expected a number from 1 to 100000, "
                    + "found \"0\"",
                "daprgw.yaml:14:3: limits.drain stands here twice",
                "daprgw.yaml:15:9: shards: expected auto or a number from 1 to 64, found \"many\"",
                "daprgw.yaml:16:6: log: expected keys and values",
                "daprgw.yaml:18:10: defaults.state: expected the name of a component (letters, "
                    + "digits, . _ -), found \"a b\"",
                "daprgw.yaml:20:14: secrets.allowBulk: expected true or false",
            ])
    }

    @Test(
        "a file that says nothing means the defaults",
        arguments: ["", "\n", "# nothing\n", "---\n", "---\n...\n", "~\n", "listen:\nlog: ~\n"])
    func empty(_ text: String) throws {
        #expect(try Self.parse(text) == Configuration())
    }

    static let broken: [(text: String, mistake: String)] = [
        (
            "listen: [",
            "daprgw.yaml:2:1: did not find expected node content (while parsing a flow node)"
        ),
        (
            "log:\n\tlevel: info\n",
            "daprgw.yaml:2:1: found character that cannot start any token "
                + "(while scanning for the next token)"
        ),
        ("shards: 1\n---\nshards: 2\n", "daprgw.yaml:3:1: a second document; one is expected"),
        ("- a\n- b\n", "daprgw.yaml:1:1: expected keys and values"),
        ("? [a]\n: 1\n", "daprgw.yaml:1:3: a key must be a word"),
        ("&a [*a]\n", "daprgw.yaml:1:1: nested deeper than 16 levels"),
        ("x: *unknown\n", "daprgw.yaml:1:4: found undefined alias"),
    ]

    @Test("text that is no configuration is refused with its place", arguments: broken)
    func brokenText(_ text: String, _ mistake: String) {
        #expect(Self.mistakes(text) == [mistake])
    }

    @Test("aliases are values like others")
    func aliases() throws {
        let configuration = try Self.parse(
            "defaults: {state: &x store, pubsub: *x}\nlimits: {timeout: &t 3s, drain: *t}\n")
        #expect(configuration.defaults.pubsub == "store")
        #expect(configuration.limits.drain == .seconds(3))
    }

    @Test("aliases that multiply, deep nesting and garbage end soon")
    func bombs() throws {
        var bomb = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n"
        for level in 1..<12 {
            let items = Array(repeating: "*a\(level - 1)", count: 10).joined(separator: ", ")
            bomb += "a\(level): &a\(level) [\(items)]\n"
        }
        let bombMistakes = Self.mistakes(bomb)
        #expect(bombMistakes.count == 1)
        #expect(bombMistakes.first?.contains("10000 values") == true, "\(bombMistakes)")
        for text in [
            String(repeating: "[", count: 50_000), String(repeating: "{a: ", count: 50_000),
            String(repeating: "- ", count: 50_000),
        ] {
            #expect(Self.mistakes(text).count == 1)
        }
        let invalid: [UInt8] = Array("shards: 1\nlog: ".utf8) + [0xFF, 0xFE, 0x0A]
        let error = #expect(throws: ConfigurationError.self) {
            _ = try Configuration(parsing: invalid, source: "f")
        }
        #expect(error?.problems.count == 1)
        #expect(
            error?.problems.first?.text.contains("UTF-8") == true, "\(String(describing: error))")
    }

    @Test("a file that cannot be read is a mistake")
    func unreadable() throws {
        #expect(try Configuration.load(nil) == Configuration())
        let error = #expect(throws: ConfigurationError.self) {
            _ = try Configuration.load("/nonexistent/daprgw.yaml")
        }
        #expect(
            error?.description
                == "/nonexistent/daprgw.yaml: open: No such file or directory (2)")
    }
}

@Suite("Where the sidecar is")
struct SidecarSettingsTests {
    private static func client(
        _ environment: [String: String],
        _ change: (inout Configuration.Sidecar) -> Void = { _ in }
    ) throws(ConfigurationError) -> DaprClient.Configuration {
        var configuration = Configuration()
        change(&configuration.sidecar)
        return try configuration.client(environment: environment)
    }

    private static let ports = ["DAPR_HTTP_PORT": "1", "DAPR_GRPC_PORT": "2"]
    private static let endpoints = [
        "DAPR_HTTP_ENDPOINT": "http://h:3", "DAPR_GRPC_ENDPOINT": "g:4",
    ]

    @Test("the file goes before endpoint variables, these before ports, these before the defaults")
    func precedence() throws {
        let defaults = try Self.client([:])
        #expect(defaults.httpEndpoint == SidecarEndpoint(host: "127.0.0.1", port: 3500))
        #expect(defaults.grpcEndpoint == SidecarEndpoint(host: "127.0.0.1", port: 50001))
        let ports = try Self.client(Self.ports)
        #expect(ports.httpEndpoint == SidecarEndpoint(host: "127.0.0.1", port: 1))
        #expect(ports.grpcEndpoint == SidecarEndpoint(host: "127.0.0.1", port: 2))
        let both = Self.ports.merging(Self.endpoints) { $1 }
        let endpoints = try Self.client(both)
        #expect(endpoints.httpEndpoint == SidecarEndpoint(host: "h", port: 3))
        #expect(endpoints.grpcEndpoint == SidecarEndpoint(host: "g", port: 4))
        let file = try Self.client(both) { $0.http = "127.0.0.1:5" }
        #expect(file.httpEndpoint == SidecarEndpoint(host: "127.0.0.1", port: 5))
        #expect(file.grpcEndpoint == SidecarEndpoint(host: "g", port: 4))
    }

    @Test("a variable that is wrong is a mistake only if it is needed")
    func wrongVariable() throws {
        let environment = ["DAPR_HTTP_PORT": "none"]
        let error = #expect(throws: ConfigurationError.self) {
            _ = try Self.client(environment)
        }
        #expect(error?.description == "sidecar: DAPR_HTTP_PORT is 'none', which is no port")
        let file = try Self.client(environment) { $0.http = "127.0.0.1:5" }
        #expect(file.httpEndpoint == SidecarEndpoint(host: "127.0.0.1", port: 5))
    }

    @Test("the gateway's limits are those of its client")
    func limits() throws {
        var configuration = Configuration()
        configuration.limits.body = ByteCount(1234)
        configuration.limits.timeout = .seconds(3)
        configuration.sidecar.headerLimit = ByteCount(777)
        configuration.sidecar.protocol = .grpc
        let client = try configuration.client(environment: [:])
        #expect(client.maxBodySize == 1234)
        #expect(client.timeout == .seconds(3))
        #expect(client.headerLimit == 777)
        #expect(client.protocol == .grpc)
    }

    @Test("the token comes from the file, else from the environment")
    func token() throws {
        let environment = ["DAPR_API_TOKEN": "secret"]
        #expect(try Self.client([:]).apiToken == nil)
        #expect(try Self.client(environment).apiToken == "secret")
        // A text file that is there: its first bytes are no token, which is a mistake of its own.
        for (path, text) in [
            (
                "/nonexistent/token",
                "tokenFile /nonexistent/token: open: No such file or directory (2)"
            ),
            ("/dev/null", "tokenFile /dev/null: the file is empty"),
            (
                ConfigurationTests.packageFile("Package.swift"),
                "the API token has characters that a header field cannot have"
            ),
        ] {
            let error = #expect(throws: ConfigurationError.self) {
                _ = try Self.client(environment) { $0.tokenFile = path }
            }
            #expect(error?.description == "sidecar: \(text)")
            var configuration = Configuration()
            configuration.sidecar.tokenFile = path
            #expect(throws: ConfigurationError.self) {
                try configuration.validate(environment: [:])
            }
        }
        let file = try Self.client(environment) { $0.tokenFile = "/proc/sys/kernel/ostype" }
        #expect(file.apiToken == "Linux")
    }

    @Test("endpoints with TLS are taken, and the files for it are looked at before they are needed")
    func tls() throws {
        func fixture(_ name: String) -> String {
            ConfigurationTests.packageFile("Tests/Fixtures/tls/\(name)")
        }
        let client = try Self.client([:]) {
            $0.http = "https://h"
            $0.grpc = "grpcs://g:1"
            $0.caFile = fixture("ca.pem")
            $0.certificateFile = fixture("client.pem")
            $0.keyFile = fixture("client.key")
        }
        #expect(client.httpEndpoint == SidecarEndpoint(host: "h", port: 443, usesTLS: true))
        #expect(client.grpcEndpoint == SidecarEndpoint(host: "g", port: 1, usesTLS: true))
        #expect(client.tls.authorities == .file(fixture("ca.pem")))
        for (change, text) in [
            ({ $0.caFile = "/nonexistent/ca" }, "/nonexistent/ca: open: No such file"),
            ({ $0.caFile = fixture("client.key") }, "no certificate in PEM"),
            ({ $0.certificateFile = fixture("client.pem") }, "go together"),
            (
                {
                    $0.certificateFile = fixture("client.pem")
                    $0.keyFile = fixture("server.key")
                }, "does not belong"
            ),
        ] as [((inout Configuration.Sidecar) -> Void, String)] {
            var configuration = Configuration()
            change(&configuration.sidecar)
            let error = #expect(throws: ConfigurationError.self) {
                try configuration.validate(environment: [:])
            }
            #expect(error?.description.contains(text) == true, "\(error?.description ?? "")")
        }
    }
}
