import EventLoop
import JSON
import Testing

@testable import DaprClient
@testable import Gateway

@Suite("Metrics as text")
struct MetricsTests {
    @Test("label values are escaped as Prometheus wants it")
    func escaping() {
        var text = PrometheusText()
        text.sample("m", [("a", "x\\y\"z\nw"), ("b", "é")], 1)
        #expect(text.text == "m{a=\"x\\\\y\\\"z\\nw\",b=\"é\"} 1\n")
    }

    @Test("a histogram is cumulative and ends with everything")
    func histogram() {
        var histogram = Histogram()
        for duration in [
            Duration.microseconds(100), .microseconds(101), .seconds(60), .seconds(61),
        ] {
            histogram.record(duration)
        }
        var text = PrometheusText()
        text.sample("h", [("route", "r")], histogram)
        let lines = text.text.split(separator: "\n")
        #expect(lines.count == Histogram.bounds.count + 3)
        #expect(lines[0] == #"h_bucket{route="r",le="0.0001"} 1"#)
        #expect(lines[1] == #"h_bucket{route="r",le="0.00025"} 2"#)
        #expect(lines[16] == #"h_bucket{route="r",le="30.0"} 2"#)
        #expect(lines[17] == #"h_bucket{route="r",le="60.0"} 3"#)
        #expect(lines[18] == #"h_bucket{route="r",le="+Inf"} 4"#)
        #expect(lines[19] == #"h_sum{route="r"} 121.000201"#)
        #expect(lines[20] == #"h_count{route="r"} 4"#)
    }

    @Test("shards are summed, and unknown methods are one")
    func sums() {
        var first = Meters()
        first.record(
            at: first.place(of: "/b"), method: "GET", code: 200, duration: .milliseconds(1))
        first.record(at: first.place(of: "/b"), method: "BREW", code: 405, duration: .zero)
        var second = Meters()
        second.record(
            at: second.place(of: "/b"), method: "GET", code: 200, duration: .milliseconds(2))
        second.record(at: second.place(of: "/b"), method: "GET", code: 404, duration: .zero)
        second.record(at: second.place(of: "/a"), method: "PUT", code: 204, duration: .zero)
        second.record(at: second.place(of: "/b"), method: "get", code: 405, duration: .zero)
        second.droppedFields = 3
        second.inFlight = 2
        var metrics = Metrics()
        for meters in [first, second] {
            var shard = Metrics()
            shard.meters = meters
            shard.clientConnections = 5
            metrics.add(shard)
        }
        let text = metrics.text(process: .current())
        let requests = text.split(separator: "\n").filter {
            $0.hasPrefix("daprgw_http_requests_total{")
        }
        #expect(
            requests == [
                #"daprgw_http_requests_total{route="/a",method="PUT",code="204"} 1"#,
                #"daprgw_http_requests_total{route="/b",method="GET",code="200"} 2"#,
                #"daprgw_http_requests_total{route="/b",method="GET",code="404"} 1"#,
                #"daprgw_http_requests_total{route="/b",method="other",code="405"} 2"#,
            ])
        let sum = #"daprgw_http_request_duration_seconds_sum{route="/b",method="GET"} 0.003"#
        #expect(text.contains("\n\(sum)\n"))
        #expect(text.contains("\ndaprgw_http_connections 10\n"))
        #expect(text.contains("\ndaprgw_http_requests_in_flight 2\n"))
        #expect(text.contains("\ndaprgw_http_dropped_fields_total 3\n"))
    }

    @Test("every family is announced once, before its samples, and every name has ours or process_")
    func families() {
        var metrics = Metrics()
        metrics.meters.record(
            at: metrics.meters.place(of: "none"), method: "GET", code: 404, duration: .zero)
        metrics.sidecar = [.http: .init(), .grpc: .init()]
        metrics.isSidecarReady = true
        metrics.startTime = 1_700_000_000.5
        let text = metrics.text(process: .current())
        #expect(text.hasSuffix("\n"))
        var family = ""
        var families: [String] = []
        for line in text.split(separator: "\n") {
            let words = line.split(separator: " ")
            if line.hasPrefix("# HELP ") {
                family = String(words[2])
                families.append(family)
            } else if line.hasPrefix("# TYPE ") {
                #expect(words[2] == family)
                #expect(["counter", "gauge", "histogram"].contains(words[3]))
            } else {
                #expect(line.hasPrefix(family), "\(line)")
            }
        }
        #expect(Set(families).count == families.count)
        #expect(families.allSatisfy { $0.hasPrefix("daprgw_") || $0.hasPrefix("process_") })
        let apis = text.split(separator: "\n").filter {
            $0.hasPrefix("daprgw_sidecar_connections{")
        }
        #expect(
            apis == [
                #"daprgw_sidecar_connections{api="grpc"} 0"#,
                #"daprgw_sidecar_connections{api="http"} 0"#,
            ])
        #expect(text.contains("\ndaprgw_sidecar_ready 1\n"))
    }
}

@Suite("The log")
struct LogTests {
    static let evil = "x\nwarning: forged\r\u{1B}[31m\"\u{2028}\u{0}"

    private static func observation(_ text: String) -> Observation {
        .requestFinished(
            id: text, method: text, route: "/v1/state/{store}/{key...}", status: nil,
            duration: .microseconds(1500), peer: "127.0.0.1:1")
    }

    @Test("a line of text is readable")
    func text() {
        #expect(
            String(decoding: Log.text(Self.observation("GET")), as: UTF8.self)
                == "debug: request finished request=GET method=GET "
                + "route=/v1/state/{store}/{key...} status=none microseconds=1500 "
                + "peer=127.0.0.1:1\n")
        let started = Observation.started(
            listen: [.ip("::1", port: 1), .unix(path: "/a b")], admin: [], shards: 2)
        #expect(
            String(decoding: Log.text(started), as: UTF8.self)
                == "info: listening listen=\"[::1]:1,unix:/a b\" admin=\"\" shards=2\n")
    }

    @Test("what a client sends stays on its line")
    func injection() throws {
        for observation in [
            Self.observation(Self.evil), .sidecarNotReady(reason: Self.evil),
            .serverDiagnostic(Self.evil), .stopping(signal: Self.evil, requestsInFlight: 1),
        ] {
            for line in [Log.text(observation), Log.json(observation)] {
                #expect(line.last == 0x0A)
                #expect(line.dropLast().allSatisfy { $0 >= 0x20 && $0 != 0x7F })
            }
            let json = try JSONDocument(parsing: Log.json(observation)).root.value
            let values = observation.fields.map(\.value)
            #expect(observation.fields.map { json[$0.name]?.stringValue } == values)
            #expect(json["level"]?.stringValue == observation.level.rawValue)
            #expect(json["message"]?.stringValue == observation.message)
        }
    }

    @Test("what is not important enough is not written", arguments: LogLevel.allCases)
    func levels(_ level: LogLevel) {
        let lines = Lines()
        var settings = Configuration.Log()
        settings.level = level
        let log = Log(settings) { lines.append($0) }
        log(Self.observation("GET"))
        log(Self.observation("GET"), level: .debug)
        log(.sidecarReady)
        log(.sidecarNotReady(reason: "x"))
        let expected = [LogLevel.debug: 4, .info: 2, .warning: 1, .error: 0]
        #expect(lines.texts.count == expected[level])
    }
}
