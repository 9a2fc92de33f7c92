import DaprClient
import HTTPMessage
import HTTPTypes
import JSON
import Testing

@testable import GatewayRoutes

@Suite("Reminders and timers of actors")
struct ActorScheduleTests {
    private static let reminder = "/v1/actors/Cart/1/reminders/bill"
    private static let timer = "/v1/actors/Cart/1/timers/tick"

    @Test("a reminder with everything")
    func putReminder() async throws {
        let dapr = FakeDapr()
        let response = await dapr.send(
            .put, Self.reminder,
            body: #"""
                {"dueTime":"90","period":"R5/PT10S","ttl":"2026-11-24T06:00:00Z","data": {"id":17} ,
                 "failurePolicy":{"constant":{"interval":"2s","maxRetries":3}}}
                """#)
        #expect(response.short == "204")
        #expect(dapr.calls == ["registerActorReminder Cart 1"])
        let ttl = try ScheduleTime("2026-11-24T06:00:00Z")
        #expect(
            dapr.now.answers.registeredReminder
                == ActorReminder(
                    name: "bill", dueTime: .after(.seconds(90)),
                    period: ActorPeriod(.seconds(10), repetitions: 5),
                    ttl: ttl, data: Array(#"{"id":17}"#.utf8),
                    failurePolicy: .retry(interval: .seconds(2), maxRetries: 3)))
    }

    @Test(
        "whether a reminder is replaced says If-None-Match",
        arguments: [(nil, true, "already-exists", 409), ("*", false, "precondition-failed", 412)]
            as [(String?, Bool, String, Int)])
    func createOnly(condition: String?, overwrites: Bool, problem: String, status: Int) async {
        let dapr = FakeDapr()
        let fields: [(name: String, value: String)] =
            condition.map { [("If-None-Match", $0)] } ?? []
        let body = #"{"period":"1h","failurePolicy":{"drop":{}}}"#
        _ = await dapr.send(.put, Self.reminder, fields, body: body)
        #expect(dapr.now.answers.registeredReminder?.overwrites == overwrites)
        #expect(dapr.now.answers.registeredReminder?.failurePolicy == .drop)
        dapr.fail("registerActorReminder", DaprError(.conflict, "exists", status: .http(409)))
        let response = await dapr.send(.put, Self.reminder, fields, body: body)
        #expect(response.problem == problem)
        #expect(response.status.code == status)
        #expect(response.detail == "the reminder 'bill' exists already")
    }

    @Test(
        "conditions that mean nothing here",
        arguments: [("If-Match", "*"), ("If-None-Match", "\"1\"")])
    func badCondition(name: String, value: String) async {
        let dapr = FakeDapr()
        let response = await dapr.send(
            .put, Self.reminder, [(name, value)], body: #"{"period":"1h"}"#)
        #expect(response.problem == "invalid-header")
        #expect(dapr.calls == [])
    }

    @Test(
        "a bad reminder is refused and says why",
        arguments: [
            ("", "not JSON"), ("[]", "the reminder is not an object"),
            ("{}", "neither 'dueTime' nor 'period'"), (#"{"dueTime":"soon"}"#, "'dueTime' 'soon'"),
            (#"{"dueTime":""}"#, "'dueTime' ''"), (#"{"dueTime":30}"#, "no text as 'dueTime'"),
            (#"{"period":"1 day"}"#, "'period' '1 day'"),
            (#"{"period":"1h","ttl":"x"}"#, "'ttl' 'x'"),
            (#"{"period":"1h","data":1,"base64":""}"#, "both 'data' and 'base64'"),
            (#"{"period":"1h","perod":"1h"}"#, "did you mean 'period'?"),
            (#"{"period":"1h","failurePolicy":{}}"#, "either 'drop' or 'constant'"),
            (#"{"period":"1h","failurePolicy":{"constant":{}}}"#, "no 'interval'"),
            (
                #"{"period":"1h","failurePolicy":{"constant":{"interval":"1s","maxRetries":-1}}}"#,
                "maxRetries"
            ),
            (#"{"period":"1h","overwrite":false}"#, "unknown member 'overwrite'"),
        ])
    func badReminder(body: String, detail: String) async {
        let dapr = FakeDapr()
        let response = await dapr.send(.put, Self.reminder, body: body)
        #expect(response.problem == "invalid-body")
        #expect(response.detail?.contains(detail) == true, "\(response.text)")
        #expect(dapr.calls == [])
    }

    @Test("a reminder as it is read")
    func getReminder() async throws {
        let actor = ActorReference(type: "Cart", id: "1")
        let dapr = FakeDapr { world in
            world.answers.reminder = RegisteredReminder(
                actor: actor, name: "bill", dueTime: .after(.seconds(10)), periodText: "@every 1h",
                data: Array(#"{"id":17}"#.utf8))
        }
        let response = await dapr.send(.get, Self.reminder)
        #expect(
            response.text
                == #"{"name":"bill","dueTime":"10s","period":"@every 1h","data":{"id":17}}"#)
        #expect(response.fields[.contentType] == "application/json")
        #expect(await FakeDapr().send(.get, Self.reminder).problem == "not-found")
        let ttl = try ScheduleTime("2026-11-24T06:00:00Z")
        let raw = FakeDapr { world in
            world.answers.reminder = RegisteredReminder(
                actor: actor, name: "bill", ttl: ttl, data: [0xFF])
        }
        #expect(
            await raw.send(.get, Self.reminder).text
                == #"{"name":"bill","ttl":"2026-11-24T06:00:00Z","base64":"/w=="}"#)
    }

    @Test("a reminder and a timer are removed")
    func delete() async {
        let dapr = FakeDapr()
        #expect(await dapr.send(.delete, Self.reminder).short == "204")
        #expect(await dapr.send(.delete, Self.timer).short == "204")
        #expect(
            dapr.calls == [
                "unregisterActorReminder Cart 1 bill", "unregisterActorTimer Cart 1 tick",
            ])
    }

    @Test("who does not host the type may not remind its actors")
    func denied() async {
        let dapr = FakeDapr()
        dapr.fail("registerActorReminder", DaprError(.denied, "not hosted", status: .http(403)))
        let response = await dapr.send(.put, Self.reminder, body: #"{"period":"1h"}"#)
        #expect(response.problem == "forbidden")
    }

    @Test("a timer, which may say nothing and then fires at once")
    func timer() async {
        let dapr = FakeDapr()
        #expect(await dapr.send(.put, Self.timer, body: "{}").short == "204")
        #expect(dapr.now.answers.registeredTimer == ActorTimer(name: "tick"))
        let body = #"{"dueTime":"PT1H","period":"1m30s","callback":"beat","base64":"AQ=="}"#
        #expect(await dapr.send(.put, Self.timer, body: body).short == "204")
        #expect(
            dapr.now.answers.registeredTimer
                == ActorTimer(
                    name: "tick", dueTime: .after(.seconds(3600)), period: .every(.seconds(90)),
                    callback: "beat", data: [1]))
        #expect(await dapr.send(.get, Self.timer).fields[.allow] == "PUT, DELETE, OPTIONS")
    }

    @Test(
        "a bad timer is refused",
        arguments: [("", "JSON"), (#"{"callback":1}"#, "'callback'"), ("1", "the timer")])
    func badTimer(body: String, detail: String) async {
        let dapr = FakeDapr()
        let response = await dapr.send(.put, Self.timer, body: body)
        #expect(response.problem == "invalid-body")
        #expect(response.detail?.contains(detail) == true, "\(response.text)")
        #expect(dapr.calls == [])
    }
}
