import DaprClient
import HTTPMessage
import HTTPTypes
import JSON
import Testing

@testable import GatewayRoutes

@Suite("Metadata and pages")
struct PageTests {
    @Test("the sidecar's metadata, in an order that stays")
    func metadata() async {
        let dapr = FakeDapr { world in
            world.metadata = SidecarMetadata(
                id: "me", runtimeVersion: "1", enabledFeatures: ["b", "a"],
                components: [.init(name: "n", type: "t", version: "v1", capabilities: ["ETAG"])],
                extended: ["y": "2", "x": "1"])
        }
        let response = await dapr.send(.get, "/v1/metadata")
        #expect(
            response.text
                == #"{"id":"me","runtimeVersion":"1","enabledFeatures":["a","b"],"components":"#
                + #"[{"name":"n","type":"t","version":"v1","capabilities":["ETAG"]}],"#
                + #""extended":{"x":"1","y":"2"}}"#)
    }

    @Test("setting metadata is for those who allowed it")
    func setMetadata() async {
        let dapr = FakeDapr()
        #expect(await dapr.send(.put, "/v1/metadata/a", body: "b").problem == "forbidden")
        var settings = FacadeSettings.test
        settings.allowsMetadataSet = true
        #expect(
            await dapr.send(.put, "/v1/metadata/a", body: "b", settings: settings).short == "204")
        #expect(dapr.calls == ["setMetadata a=b"])
    }

    @Test("the front page names every route and how to call it")
    func frontPage() async {
        let page = await FakeDapr().send(.get, "/").text
        for route in Facade().table.routes {
            #expect(page.contains("\n\(route.name)\n    \(route.summary)\n    curl "))
            #expect(!route.summary.isEmpty)
            #expect(route.example.contains("URL/"))
        }
    }

    @Test("every type of problem is listed, and has a page under its own type")
    func problems() async {
        let list = await FakeDapr().send(.get, "/v1/problems").json?.arrayValue ?? []
        #expect(list.count == ProblemType.allCases.count)
        for problem in list {
            let page = await FakeDapr().send(.get, problem["type"]?.stringValue ?? "")
            #expect(page.json == problem)
        }
        #expect(await FakeDapr().send(.get, "/v1/problems/nothing").problem == "not-found")
    }
}
