import EventLoop
import JSON
import TestSupport
import Testing

@testable import DevSidecar

@Suite("Actors in the development sidecar")
struct ActorRuntimeTests {
    private let clock = ManualClock()

    private func bench() throws -> Bench {
        var configuration = SidecarConfiguration(
            appID: "app",
            components: [
                Component(
                    name: "store", type: "state.in-memory", metadata: ["actorStateStore": "true"])
            ])
        configuration.localApps.echoID = "app"
        configuration.localApps.subscriptions = Array("[]".utf8)
        configuration.localApps.actorTypes = ["T"]
        return try Bench(configuration, clock: clock)
    }

    /// Sends a request and gives the answer back.
    private func send(
        _ bench: Bench, _ method: String, _ path: String, _ body: String = ""
    ) -> String {
        let wire = Wire(bench, to: bench.server.addresses.http)
        let head = "\(method) \(path) HTTP/1.1\r\nHost: a\r\nConnection: close\r\n"
        wire.send(Array((head + "Content-Length: \(body.utf8.count)\r\n\r\n" + body).utf8))
        bench.turn { wire.isClosed }
        return wire.text
    }

    /// What reminders and timers called since the last look.
    private func taken(_ bench: Bench) throws -> [JSONValue] {
        bench.settle()
        let answer = send(bench, "GET", "/v1.0/invoke/app/method/_take")
        let start = try #require(answer.firstIndex(of: "["))
        let end = try #require(answer.lastIndex(of: "]"))
        return try #require(try JSONValue.parse(Array(answer[start...end].utf8)).arrayValue)
    }

    private func advance(_ bench: Bench, _ duration: Duration) {
        clock.advance(by: duration)
        bench.settle()
    }

    @Test("a reminder fires when it is due, then every period, as often as it was asked")
    func reminder() throws {
        let bench = try bench()
        let answer = send(
            bench, "PUT", "/v1.0/actors/T/1/reminders/r",
            #"{"dueTime":"10s","period":"R3/PT1M","data":{"a":1}}"#)
        #expect(answer.hasPrefix("HTTP/1.1 204"))
        advance(bench, .seconds(9))
        #expect(try taken(bench).isEmpty)
        advance(bench, .seconds(1))
        let first = try taken(bench)
        #expect(first.map { $0["path"] } == ["/actors/T/1/method/remind/r"])
        #expect(first[0]["method"] == "PUT")
        #expect(
            first[0]["body"]?.stringValue
                == #"{"data":{"a":1},"dueTime":"10s","period":"R3/PT1M"}"#)
        for _ in 0..<2 {
            advance(bench, .seconds(59))
            #expect(try taken(bench).isEmpty)
            advance(bench, .seconds(1))
            #expect(try taken(bench).count == 1)
        }
        advance(bench, .seconds(600))
        #expect(try taken(bench).isEmpty)
        #expect(
            send(bench, "GET", "/v1.0/actors/T/1/reminders/r").contains(
                "ERR_ACTOR_REMINDER_NOT_FOUND"))
    }

    @Test("a timer fires at once and until its time to live is over")
    func timer() throws {
        let bench = try bench()
        _ = send(
            bench, "POST", "/v1.0/actors/T/1/timers/t",
            #"{"period":"10s","ttl":"25s","callback":"tick","data":"x"}"#)
        let first = try taken(bench)
        #expect(first.map { $0["path"] } == ["/actors/T/1/method/timer/t"])
        #expect(
            first[0]["body"]?.stringValue
                == #"{"callback":"tick","data":"x","dueTime":"","period":"10s"}"#)
        for expected in [1, 1, 0, 0] {
            advance(bench, .seconds(10))
            #expect(try taken(bench).count == expected)
        }
    }

    @Test("what is unregistered, or replaced, does not fire")
    func unregister() throws {
        let bench = try bench()
        _ = send(bench, "POST", "/v1.0/actors/T/1/reminders/r", #"{"dueTime":"10s"}"#)
        _ = send(bench, "POST", "/v1.0/actors/T/1/timers/t", #"{"dueTime":"10s"}"#)
        _ = send(bench, "POST", "/v1.0/actors/T/1/reminders/r", #"{"dueTime":"20s"}"#)
        _ = send(bench, "DELETE", "/v1.0/actors/T/1/timers/t")
        advance(bench, .seconds(10))
        #expect(try taken(bench).isEmpty)
        _ = send(bench, "DELETE", "/v1.0/actors/T/1/reminders/r")
        advance(bench, .seconds(100))
        #expect(try taken(bench).isEmpty)
    }

    @Test("a firing that fails is tried three times more, a second apart")
    func retries() throws {
        let bench = try bench()
        _ = send(bench, "POST", "/v1.0/actors/T/1/reminders/fail", #"{"dueTime":"1s"}"#)
        for expected in [1, 1, 1, 1, 0, 0] {
            advance(bench, .seconds(1))
            #expect(try taken(bench).count == expected)
        }
    }

    @Test("an actor that is idle for an hour is deactivated, and its timers end")
    func idle() throws {
        let bench = try bench()
        _ = send(bench, "POST", "/v1.0/actors/T/1/method/m")
        #expect(send(bench, "GET", "/v1.0/metadata").contains(#"[{"type":"T","count":1}]"#))
        _ = send(bench, "POST", "/v1.0/actors/T/1/timers/t", #"{"dueTime":"2h"}"#)
        advance(bench, .seconds(3600))
        #expect(!send(bench, "GET", "/v1.0/metadata").contains("activeActors"))
        advance(bench, .seconds(3600))
        #expect(try taken(bench).isEmpty)
    }

    @Test(
        "times that cannot be read are refused",
        arguments: [
            ("reminders", #"{"period":"P1D"}"#, "ERR_ACTOR_REMINDER_CREATE"),
            ("reminders", #"{}"#, "ERR_ACTOR_REMINDER_CREATE"),
            ("reminders", #"{"dueTime":"soon"}"#, "ERR_ACTOR_REMINDER_CREATE"),
            ("timers", #"{"period":"x"}"#, "ERR_ACTOR_TIMER_CREATE"),
            ("timers", #"{"ttl":"2020-01-01T00:00:00Z"}"#, "ERR_ACTOR_TIMER_CREATE"),
            ("timers", #"{"dueTime":1}"#, "ERR_MALFORMED_REQUEST"),
            ("timers", "", "ERR_MALFORMED_REQUEST"), ("reminders", "[]", "ERR_MALFORMED_REQUEST"),
        ])
    func malformed(kind: String, body: String, code: String) throws {
        let bench = try bench()
        #expect(send(bench, "POST", "/v1.0/actors/T/1/\(kind)/n", body).contains(code))
    }

    @Test(
        "days are fine for timers",
        arguments: ["P1D", "P1DT1H", "R2/P1W", "24h", "@every 1h"])
    func days(period: String) throws {
        let bench = try bench()
        let answer = send(
            bench, "POST", "/v1.0/actors/T/1/timers/n",
            #"{"dueTime":"1h","period":"\#(period)"}"#)
        #expect(answer.hasPrefix("HTTP/1.1 204"))
    }

    @Test(
        "points in time are read as by RFC 3339",
        arguments: [
            ("1970-01-01T00:00:00Z", 0), ("1970-01-01T00:00:01.5Z", 1_500_000_000),
            ("1970-01-01T01:00:00+01:00", 0), ("1969-12-31T23:00:00-01:00", 0),
            ("2000-03-01T00:00:00Z", 951_868_800_000_000_000),
            ("2026-11-24T06:00:00Z", 1_795_500_000_000_000_000), ("1970-13-01T00:00:00Z", nil),
            ("1970-01-01T00:00:00", nil), ("x", nil),
        ] as [(String, Int64?)])
    func points(text: String, nanoseconds: Int64?) {
        #expect(ScheduleTime.nanoseconds(rfc3339: text) == nanoseconds)
    }
}
