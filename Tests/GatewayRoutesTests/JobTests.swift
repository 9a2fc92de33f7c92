import DaprClient
import HTTPMessage
import HTTPTypes
import JSON
import Testing

@testable import GatewayRoutes

@Suite("Jobs")
struct JobTests {
    @Test(
        "a job is scheduled as the body says",
        arguments: try [
            (
                #"{"schedule":"@every 1h","repeats":3,"ttl":"PT5H","data": {"n": 1.0} }"#,
                Job(
                    name: "report", schedule: JobSchedule("@every 1h"), repeats: 3,
                    ttl: .after(.seconds(18_000)),
                    data: .json(Array(#"{"n": 1.0}"#.utf8)))
            ),
            (
                #"{"dueTime":"30","base64":"/w==","failurePolicy":{"drop":{}}}"#,
                Job(
                    name: "report", dueTime: .after(.seconds(30)), data: .bytes([0xFF]),
                    failurePolicy: .drop)
            ),
            (
                #"{"dueTime":"2026-11-24T06:00:00Z"}"#,
                Job(name: "report", dueTime: .at(Timestamp("2026-11-24T06:00:00Z")))
            ),
        ])
    func put(body: String, job: Job) async {
        let dapr = FakeDapr()
        #expect(await dapr.send(.put, "/v1/jobs/report", body: body).short == "204")
        #expect(dapr.calls == ["scheduleJob report overwrite"])
        #expect(dapr.now.answers.scheduledJob == job)
    }

    @Test("If-None-Match: * only creates")
    func createOnly() async {
        let dapr = FakeDapr()
        let body = #"{"dueTime":"1h"}"#
        let fields = [(name: "If-None-Match", value: "*")]
        #expect(await dapr.send(.put, "/v1/jobs/j", fields, body: body).short == "204")
        #expect(dapr.calls == ["scheduleJob j"])
        dapr.fail("scheduleJob", DaprError(.conflict, "job already exists", status: .grpc(6)))
        let response = await dapr.send(.put, "/v1/jobs/j", fields, body: body)
        #expect(response.problem == "precondition-failed")
        dapr.fail("scheduleJob", DaprError(.invalidArgument, "failed to parse", status: .grpc(3)))
        #expect(await dapr.send(.put, "/v1/jobs/j", body: body).problem == "invalid-argument")
    }

    @Test(
        "a bad job is refused and says why",
        arguments: [
            ("", "not JSON"), ("{}", "neither 'schedule' nor 'dueTime'"),
            ("1", "the job is not an object"),
            (#"{"schedule":1}"#, "no text as 'schedule'"),
            (#"{"dueTime":"later"}"#, "'dueTime' 'later'"),
            (#"{"dueTime":"1s","repeats":0}"#, "'repeats'"),
            (#"{"dueTime":"1s","repeats":1.5}"#, "'repeats'"),
            (#"{"dueTime":"1s","repeats":4294967296}"#, "4294967295"),
            (#"{"dueTime":"1s","ttl":"x"}"#, "'ttl' 'x'"),
            (#"{"dueTime":"1s","name":"x"}"#, "unknown member 'name'"),
            (#"{"dueTime":"1s","base64":"?"}"#, "bad 'base64'"),
            (#"{"dueTime":"1s","data":1,"base64":""}"#, "both"),
            (#"{"dueTime":"1s","failurePolicy":"drop"}"#, "no object as 'failurePolicy'"),
            (#"{"dueTime":"1s","failurePolicy":{"constant":{"interval":"x"}}}"#, "'interval' 'x'"),
        ])
    func badJob(body: String, detail: String) async {
        let dapr = FakeDapr()
        let response = await dapr.send(.put, "/v1/jobs/j", body: body)
        #expect(response.problem == "invalid-body")
        #expect(response.detail?.contains(detail) == true, "\(response.text)")
        #expect(dapr.calls == [])
    }

    @Test(
        "a job as it is read",
        arguments: [
            (
                Job(
                    name: "j", schedule: JobSchedule("@daily"), repeats: 2,
                    ttl: .after(.seconds(18_000)),
                    data: .json(Array("[1.0]".utf8)),
                    failurePolicy: .retry(interval: .milliseconds(1500), maxRetries: 4)),
                #"{"name":"j","schedule":"@daily","ttl":"5h0m0s","repeats":2,"data":[1.0],"#
                    + #""failurePolicy":{"constant":{"interval":"1500ms","maxRetries":4}}}"#
            ),
            (
                Job(
                    name: "j", dueTime: .after(.seconds(1)), data: .bytes([0xFF]),
                    failurePolicy: .drop),
                #"{"name":"j","dueTime":"1s","base64":"/w==","failurePolicy":{"drop":{}}}"#
            ),
        ])
    func get(job: Job, text: String) async {
        let dapr = FakeDapr { $0.answers.job = job }
        let response = await dapr.send(.get, "/v1/jobs/j")
        #expect(response.short == "200 \(text)")
        #expect(response.fields[.contentType] == "application/json")
    }

    @Test("a missing job is 404 to read and 204 to delete")
    func missing() async {
        let dapr = FakeDapr()
        #expect(await dapr.send(.get, "/v1/jobs/j").problem == "not-found")
        #expect(await dapr.send(.delete, "/v1/jobs/j").short == "204")
        #expect(dapr.calls == ["getJob j", "deleteJob j"])
    }

    @Test("a job's name", arguments: ["%20", "a%2Fb", "..", "", "a%09"])
    func badName(name: String) async {
        let dapr = FakeDapr()
        let response = await dapr.send(.put, "/v1/jobs/\(name)", body: #"{"dueTime":"1s"}"#)
        #expect(response.problem == "invalid-name")
        #expect(dapr.calls == [])
    }
}
