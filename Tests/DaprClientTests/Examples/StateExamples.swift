import DaprClient
import Testing

extension Examples {
    @Suite("Examples: state and queries")
    struct StateExamples {
        @Test("one value, and several")
        func values() async throws {
            try await withDevelopmentSidecar { client in
                let orders = client.state("statestore")
                try await orders.save("17", Order(id: 17))
                let order = try await orders.get("17", as: Order.self)
                try await orders.save("cart", Order(id: 18), ttl: .seconds(3600))
                #expect(order?.id == 17)
                if let value = try await orders.get("17") {
                    var order = try value.decode(as: Order.self)
                    order.isPaid = true
                    do {
                        try await orders.save("17", order, etag: value.etag)
                    } catch let error as DaprError where error.kind == .conflict {
                        print("somebody else was faster")
                    }
                }
                try await orders.save([
                    StateItem("18", Order(id: 18)),
                    StateItem("19", Order(id: 19), ttl: .seconds(60)),
                ])
                let items = try await orders.get(["17", "18", "none"], parallelism: 10)
                for item in items {
                    if let error = item.error { print("\(item.key) cannot be read: \(error)") }
                }
                let found = try items.compactMap { try $0.value?.decode(as: Order.self).id }
                try await orders.delete([StateDeletion("18"), StateDeletion("19")])
                try await orders.delete("cart")
                #expect(found.sorted() == [17, 18])
                try await orders.transaction([
                    .set("17", Order(id: 17, isPaid: true)),
                    .set("latest", 17, ttl: .seconds(3600)),
                    .delete(key: "draft"),
                ])
                let latest = try await orders.get("latest", as: Int.self)
                #expect(latest == 17)
                try await orders.save(
                    "20", Order(id: 20),
                    stateOptions: StateOptions(concurrency: .firstWrite, consistency: .strong))
                let bytes = try await orders.get("20", consistency: .strong)?.data
                #expect(bytes?.isEmpty == false)
            }
        }

        @Test("queries, page by page")
        func queries() async throws {
            // Over HTTP values are JSON; over gRPC they are bytes, in which no store can look.
            try await withDevelopmentSidecar(.http) { client in
                let store = client.state("db")
                for id in 1...3 {
                    try await store.save(
                        "\(id)", Invoice(city: "Berlin", state: id == 3 ? "lost" : "paid", id: id))
                }
                try await store.save("4", Invoice(city: "Bonn", state: "paid", id: 4))
                let invoices = client.state("db")
                let city = StateField("city"), state = StateField("state")
                var query = StateQuery(
                    city == "Berlin" && (state == "new" || state.isOne(of: ["sent", "paid"])),
                    order: [.descending("id")], limit: 10)
                var found: [Int] = []
                query.limit = 1
                repeat {
                    let page = try await invoices.query(query)
                    for item in page.items {
                        guard let invoice = try item.value?.decode(as: Invoice.self) else {
                            continue
                        }
                        found.append(invoice.id)
                    }
                    query.token = page.token
                } while query.token != nil
                #expect(found == [2, 1])
                let json = #"{"filter": {"EQ": {"city": "Bonn"}}, "page": {"limit": 10}}"#
                let page = try await invoices.query(json: Array(json.utf8))
                #expect(page.items.map(\.key) == ["4"])
            }
        }

        private struct Invoice: Codable { var city: String, state: String, id: Int }

        @Test("a transaction takes steps that are made of values")
        func steps() throws {
            let etag = ETag(rawValue: "3")
            let set = try StateOperation.set("a", [1, 2], etag: etag, ttl: .milliseconds(1500))
            let item = StateItem(
                key: "a", value: Array("[1,2]".utf8), etag: etag, metadata: ["ttlInSeconds": "2"])
            #expect(set == .upsert(item))
            #expect(
                StateOperation.delete(key: "b", etag: etag)
                    == .delete(StateDeletion("b", etag: etag)))
        }
    }
}
