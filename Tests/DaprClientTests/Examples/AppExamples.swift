import DaprClient
import HTTPTypes
import Testing

extension Examples {
    @Suite("Examples: invocation, actors, workflows, jobs")
    struct AppExamples {
        private struct Invoice: Decodable { var method: String, path: String, body: String }
        private struct Total: Decodable {}

        @Test("invocation", arguments: DaprProtocol.allCases)
        func invocation(protocol: DaprProtocol) async throws {
            try await withDevelopmentSidecar(`protocol`) { client in
                let invoice = try await client.invoke("echo", "invoices/17", as: Invoice.self)
                let created = try await client.invoke(
                    "echo", "invoices", Order(id: 17), as: Invoice.self)
                try await client.invoke("echo", "notes/17", "a text", verb: .put)
                #expect(invoice.method == "GET" && invoice.path.hasSuffix("/invoices/17"))
                #expect(created.method == "POST" && created.body == #"{"id":17,"isPaid":false}"#)
                let response = try await client.invoke(
                    "echo", "status/404", verb: .delete, fields: [.ifMatch: "\"3\""])
                if response.status == .notFound {
                    print("it is gone already; \(response.fields[.contentType] ?? "no type")")
                }
                #expect(response.status == .notFound)
                let (chunks, source) = AsyncStream.makeStream(of: [UInt8].self)
                source.yield(Array("a,b".utf8))
                source.finish()
                let upload = InvokeRequest(
                    appID: "echo", verb: .put, method: "files/report.csv", query: "part=1",
                    fields: [.contentType: "text/csv"], body: DaprBody(chunks))
                let answer = try await client.invoke(upload).decode(as: Invoice.self)
                #expect(answer.body == "a,b")
                var count = 0
                for try await chunk in try await client.invoke("echo", "files/report.csv").body {
                    count += chunk.count
                }
                #expect(count > 0)
            }
        }

        @Test("a failure of the app is an error where a value is asked for")
        func failure() async throws {
            try await withDevelopmentSidecar { client in
                let missing = await #expect(throws: DaprError.self) {
                    try await client.invoke("echo", "status/404", as: Invoice.self)
                }
                #expect(missing?.kind == .notFound && missing?.status == .http(404))
                let failed = await #expect(throws: DaprError.self) {
                    try await client.invoke("echo", "status/500", "x", as: Invoice.self)
                }
                #expect(failed?.kind == .componentFailed && failed?.status == .http(500))
                let text = await #expect(throws: DaprError.self) {
                    try await client.invoke("echo", "text", as: Int.self)
                }
                #expect(text?.kind == .malformedResponse)
                let large = await #expect(throws: DaprError.self) {
                    try await client.invoke("echo", "text").decode(as: String.self, upTo: 2)
                }
                #expect(large?.kind == .tooLarge)
                let typed = try await client.invoke(
                    "echo", "x", [1], as: Fields.self, fields: [.contentType: "a/b+json"])
                #expect(typed.headers.contains { $0.last == "a/b+json" })
                let json = try await client.invoke("echo", "x", [1], as: Fields.self)
                #expect(json.headers.contains { $0.last == "application/json" })
            }
        }

        private struct Fields: Decodable { var headers: [[String]] }

        @Test("actors")
        func actors() async throws {
            try await withDevelopmentSidecar { client in
                let cart = client.actor(type: "Cart", id: "17")
                let total = try await cart.invoke("add", Order(id: 17), as: Total.self)
                _ = total
                try await cart.transaction([
                    .set("order", Order(id: 17)), .set("seen", true, ttl: .seconds(60)),
                    .delete(key: "draft"),
                ])
                let order = try await cart.state("order", as: Order.self)
                #expect(order?.id == 17)
                try await cart.registerReminder(
                    "expire", dueTime: .after(.seconds(86400)), period: ActorPeriod("R3/PT1H"))
                let reminder = try await cart.reminder("expire")
                print("due \(reminder?.dueTime, default: "at once")")
                try await cart.unregisterReminder("expire")
                try await cart.registerTimer(
                    "tick", callback: "tick", period: .every(.seconds(10)))
                try await cart.unregisterTimer("tick")
                #expect(reminder?.name == "expire")
            }
        }

        @Test("workflows", arguments: DaprProtocol.allCases)
        func workflows(protocol: DaprProtocol) async throws {
            try await withDevelopmentSidecar(`protocol`) { client in
                let instance = try await client.workflows.start(
                    "ship", input: Order(id: 17), id: "order-17")
                try await instance.waitForStart(timeout: .seconds(10))
                try await instance.raise("paid", Order(id: 17, isPaid: true))
                try await instance.pause()
                try await instance.resume()
                try await instance.terminate()
                let end = try await instance.waitForCompletion()
                if let failure = end.failure { print("\(end.status): \(failure.message)") }
                try await instance.purge()
                #expect(end.status == .terminated)
                if let state = try await client.workflows.instance("order-17").state() {
                    print("\(state.name) is \(state.status), output \(state.output ?? "none")")
                    print("since \(state.lastUpdatedAt, default: "an unknown time")")
                }
                let state = try await instance.state()
                #expect(state == nil)
            }
        }

        @Test("jobs")
        func jobs() async throws {
            try await withDevelopmentSidecar { client in
                let reminder = try Job(
                    name: "remind-17", schedule: .every(.seconds(3600)), repeats: 3,
                    dueTime: .after(.seconds(600)), ttl: .at(Timestamp("2036-11-24T06:00:00Z")))
                try await client.jobs.schedule(reminder, data: Order(id: 17))
                let job = try await client.jobs.get("remind-17")
                let order = try job?.decodeData(as: Order.self)
                try await client.jobs.delete("remind-17")
                #expect(order?.id == 17)
                for job in try await client.jobs.list() { print(job.name) }
                try await client.jobs.delete(prefix: "remind-")
                let none = try await client.jobs.list()
                #expect(none.isEmpty)
            }
        }
    }
}
