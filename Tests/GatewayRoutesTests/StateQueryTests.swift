import DaprClient
import HTTPMessage
import HTTPTypes
import JSON
import Testing

@testable import GatewayRoutes

@Suite("State queries")
struct StateQueryTests {
    @Test(
        "a query reaches the sidecar checked, filters byte for byte",
        arguments: [
            ("{}", "{}"), (#" { "filter" : {} } "#, #"{"filter":{}}"#),
            (
                #"{"filter":{"OR":[{"EQ":{"a.b":"x'y"}}, {"IN":{"n":[1.0, null]}}]}}"#,
                #"{"filter":{"OR":[{"EQ":{"a.b":"x'y"}}, {"IN":{"n":[1.0, null]}}]}}"#
            ),
            // Operators are the sidecar's to know.
            (
                #"{"filter":{"LIKE":{"name":"%a%"}}}"#, #"{"filter":{"LIKE":{"name":"%a%"}}}"#
            ),
            (
                #"{"sort":[{"key":"a"},{"key":"b","order":"desc"}]}"#,
                #"{"sort":[{"key":"a","order":"ASC"},{"key":"b","order":"DESC"}]}"#
            ),
            (
                #"{"page":{"limit":10,"token":"t"}}"#, #"{"page":{"limit":10,"token":"t"}}"#
            ),
            (#"{"page":{"limit":1,"token":null}}"#, #"{"page":{"limit":1}}"#),
        ])
    func query(body: String, sent: String) async {
        let dapr = FakeDapr()
        let response = await dapr.send(.post, "/v1/query/-?metadata.queryIndexName=i", body: body)
        #expect(response.short == #"200 {"results":[],"token":null}"#)
        #expect(dapr.calls == ["queryState statestore \(sent) queryIndexName=i"])
    }

    @Test("results have their values as a bulk get has them")
    func results() async {
        let dapr = FakeDapr { world in
            world.answers.query = StateQueryResult(
                items: [
                    BulkStateItem(
                        key: "j",
                        value: StateValue(
                            data: Array(#"{"n": 1.0}"#.utf8), etag: ETag(rawValue: "7"))),
                    BulkStateItem(key: "b", value: StateValue(data: [0xFF])),
                    BulkStateItem(key: "e", error: "cannot read"),
                ], token: "next", metadata: ["m": "1"])
        }
        let response = await dapr.send(.post, "/v1/query/store", body: "{}")
        #expect(response.fields[.contentType] == "application/json")
        #expect(
            response.text == #"{"results":[{"key":"j","value":{"n": 1.0},"etag":"7"},"#
                + #"{"key":"b","base64":"/w=="},{"key":"e","error":"cannot read"}],"#
                + #""token":"next","metadata":{"m":"1"}}"#)
    }

    @Test(
        "a bad query is refused and says where",
        arguments: [
            ("", "not JSON"), ("[]", "the query is not an object"),
            (#"{"filters":{}}"#, "'filters'; did you mean 'filter'?"),
            (#"{"filter":[]}"#, "no object as 'filter'"),
            (#"{"filter":{"EQ":{"a'b":1}}}"#, "'a'b' cannot be the name of a field"),
            (#"{"filter":{"EQ":{"":1}}}"#, "cannot be the name of a field"),
            (#"{"filter":{"AND":[{"EQ":{"a":1}},{"OR":[{"GT":{"\\":1}}]}]}}"#, "name of a field"),
            (#"{"filter":{"NEW":{"a\u0022":1}}}"#, "name of a field"),
            (#"{"filter":{"EQ":{"a":1},"EQ":{"b;c":1}}}"#, "'b;c'"),
            (#"{"sort":{}}"#, "no list as 'sort'"),
            (#"{"sort":[{}]}"#, "part 1 of 'sort' has no 'key'"),
            (#"{"sort":[{"key":"a"},{"key":"b'"}]}"#, "'b''"),
            (#"{"sort":[{"key":"a","order":"UP"}]}"#, "'UP'; it is ASC or DESC"),
            (#"{"sort":[{"key":"a","dir":"ASC"}]}"#, "unknown member 'dir'"),
            (#"{"page":{"limit":0}}"#, "'limit' that is no whole number"),
            (#"{"page":{"limit":"10"}}"#, "'limit'"), (#"{"page":{"token":1}}"#, "'token'"),
            (#"{"page":{"offset":1}}"#, "'offset'"), (#"{"page":{},"page":{}}"#, "more than once"),
        ])
    func badQuery(body: String, detail: String) async {
        let dapr = FakeDapr()
        let response = await dapr.send(.post, "/v1/query/-", body: body)
        #expect(response.problem == "invalid-body")
        #expect(response.detail?.contains(detail) == true, "\(response.text)")
        #expect(dapr.calls == [])
    }

    @Test(
        "what the sidecar says about a query",
        arguments: [
            (DaprError.Kind.notSupported, 501), (.noSuchComponent, 404), (.invalidArgument, 400),
            (.componentFailed, 502),
        ])
    func failures(kind: DaprError.Kind, status: Int) async {
        let dapr = FakeDapr()
        dapr.fail("queryState", DaprError(kind, "said the sidecar"))
        #expect(await dapr.send(.post, "/v1/query/-", body: "{}").status.code == status)
    }
}
