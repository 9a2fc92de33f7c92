import HTTPMessage
import Testing

@testable import DevSidecar

@Suite("Paths, traces and other small syntax")
struct SyntaxTests {
    @Test(
        "paths are cleaned like Go's path.Clean, escapes untouched",
        arguments: [
            ("/v1.0/state/s/k", "/v1.0/state/s/k"), ("//a//b/", "/a/b"), ("/a/./b", "/a/b"),
            ("/a/x/../b", "/a/b"), ("/../a", "/a"), ("/", "/"), ("/a/%2E%2E/b", "/a/%2E%2E/b"),
            ("/a/.b", "/a/.b"), ("/a/..b/c", "/a/..b/c"),
        ])
    func cleaning(path: String, clean: String) {
        let cleaned = PathEscaping.clean(Array(path.utf8)[...])
        #expect(String(decoding: cleaned, as: UTF8.self) == clean)
    }

    @Test("parameters are decoded once; a plus is a blank")
    func decoding() {
        func decode(_ text: String) -> String? {
            PathEscaping.decode(Array(text.utf8)[...], plusIsSpace: true)
        }
        #expect(decode("a%2Fb") == "a/b")
        #expect(decode("a+b%2B") == "a b+")
        #expect(decode("%252F") == "%2F")
        #expect(decode("h%C3%A9") == "hé")
        #expect(decode("a%z1") == nil)
        #expect(decode("a%1") == nil)
    }

    @Test("the router prefers literals and comes back to placeholders")
    func routing() throws {
        func route(_ pattern: String, _ methods: [String]) -> HTTPRoute {
            HTTPRoute(methods, pattern, .immediate { _ in .noContent })
        }
        let router = HTTPRouter([
            route("/v1/{a}/bulk", ["POST"]), route("/v1/{a}/{b}", ["GET"]),
            route("/v1/invoke/*", []),
        ])
        func match(_ method: String, _ path: String) -> String {
            switch router.match(method, Array(path.utf8)) {
            case .route(let route, let parameters):
                return ([route.pattern] + parameters.map { String(decoding: $0, as: UTF8.self) })
                    .joined(separator: " ")
            case .otherMethods(let methods): return "405 " + methods.joined(separator: ",")
            case .none: return "404"
            }
        }
        #expect(match("POST", "/v1/s/bulk") == "/v1/{a}/bulk s")
        #expect(match("GET", "/v1/s/bulk") == "/v1/{a}/{b} s bulk")
        #expect(match("PUT", "/v1/s/k") == "405 GET")
        #expect(match("FOO", "/v1/invoke/x/method/y") == "/v1/invoke/* x/method/y")
        #expect(match("GET", "/v2") == "404")
    }

    @Test(
        "dates are right, leap days and years before 1970 included",
        arguments: [
            (0, "1970-01-01T00:00:00Z", "Thu, 01 Jan 1970 00:00:00 GMT"),
            (951_782_400, "2000-02-29T00:00:00Z", "Tue, 29 Feb 2000 00:00:00 GMT"),
            (1_795_471_040, "2026-11-23T21:57:20Z", "Mon, 23 Nov 2026 21:57:20 GMT"),
            (-1, "1969-12-31T23:59:59Z", "Wed, 31 Dec 1969 23:59:59 GMT"),
        ] as [(Int64, String, String)])
    func dates(seconds: Int64, rfc3339: String, http: String) {
        let time = CalendarTime(secondsSince1970: seconds)
        #expect(time.rfc3339 == rfc3339)
        #expect(time.httpDate == http)
    }

    @Test("a sidecar without tracing repeats a valid trace and answers zeros otherwise")
    func traces() throws {
        let tracer = Tracer(isSampling: false)
        let sent = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"
        let fields = FieldBlock([("traceparent", sent), ("tracestate", "k=v"), ("baggage", "a=1")])
        let trace = try tracer.context(of: fields)
        #expect(trace.traceparent == sent)
        #expect(trace.tracestate == "k=v")
        #expect(trace.baggage == "a=1")
        let zero = "00-00000000000000000000000000000000-0000000000000000-00"
        for bad in ["zz", zero, sent.uppercased(), "01" + sent.dropFirst(2), sent + "-x"] {
            let context = try tracer.context(of: FieldBlock([("traceparent", bad)]))
            #expect(context.traceparent == zero, "\(bad)")
        }
        #expect(TraceContext.none.binary == "AAAAAAAAAAAAAAAAAAAAAAAAAQAAAAAAAAAAAgA")
    }

    @Test("a sampling sidecar keeps the trace id and makes spans of its own")
    func sampling() throws {
        let tracer = Tracer(isSampling: true)
        let sent = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"
        let trace = try tracer.context(of: FieldBlock([("traceparent", sent)]))
        #expect(trace.traceparent.hasPrefix("00-0af7651916cd43dd8448eb211c80319c-"))
        #expect(trace.traceparent != sent)
        #expect(Tracer.isTraceparent(trace.traceparent))
        let new = try tracer.context(of: FieldBlock())
        #expect(Tracer.isTraceparent(new.traceparent))
        #expect(new.traceparent.hasSuffix("-01"))
    }

    @Test(
        "bad baggage is refused with what is wrong",
        arguments: [("a b=1", "invalid key: \"a b\""), ("=1", "invalid key: \"\"")])
    func baggage(text: String, reason: String) {
        do throws(BaggageError) {
            try Baggage.check(text)
            Issue.record("accepted")
        } catch {
            #expect(error.message == "invalid baggage header: " + reason)
        }
    }

    @Test("good baggage passes", arguments: ["", "a=1", "a=1,b=2;p=x", " a = 1 "])
    func goodBaggage(text: String) throws {
        try Baggage.check(text)
    }

    @Test("timeouts have up to eight digits and a unit")
    func timeouts() throws {
        #expect(try GRPCTimeout.parse("1S") == .seconds(1))
        #expect(try GRPCTimeout.parse("99999999n") == .nanoseconds(99_999_999))
        #expect(try GRPCTimeout.parse("5m") == .milliseconds(5))
        for bad in ["", "S", "abc", "123456789S", "1s"] {
            #expect(throws: GRPCTimeoutError.self, "\(bad)") { _ = try GRPCTimeout.parse(bad) }
        }
    }

    @Test("CORS allows listed origins, wildcards included")
    func cors() throws {
        let cors = try #require(CORS(allowedOrigins: ["http://a.example", "http://*.b.example"]))
        func allowed(_ origin: String) -> String? {
            var response = SidecarResponse.noContent
            cors.decorate(&response, origin: origin)
            return response.fields.first { $0.name == "access-control-allow-origin" }?.value
        }
        #expect(allowed("http://a.example") == "http://a.example")
        #expect(allowed("http://x.b.example") == "http://x.b.example")
        #expect(allowed("http://b.example") == nil)
        #expect(allowed("null") == nil)
        #expect(CORS(allowedOrigins: []) == nil)
    }
}
