import CoreMetrics
import DaprClient
import HTTPTypes
import Logging
import Testing

extension Examples {
    @Suite("Examples: the client, endpoints, the sidecar, observability")
    struct ClientExamples {
        /// Needs a sidecar at the usual ports: compiled only.
        private func lifecycle() async throws {
            let client = try DaprClient(protocol: .auto)
            try await client.waitUntilReady()
            await client.shutdown()
        }

        @Test("the landing page")
        func overview() async throws {
            try await withDevelopmentSidecar { client in
                let orders = client.state("statestore")
                try await orders.save("17", Order(id: 17))
                if let value = try await orders.get("17") {
                    var order = try value.decode(as: Order.self)
                    order.isPaid = true
                    try await orders.save("17", order, etag: value.etag)
                }

                try await client.pubsub("pubsub").publish("orders", Order(id: 17))
                let secret = try await client.secrets("secretstore").get("db-password")
                let answer = try await client.invoke("echo", "invoices/17")
                let order = try await orders.get("17", as: Order.self)
                #expect(order?.isPaid == true)
                #expect(secret["db-password"]?.isEmpty == false)
                #expect(answer.status == .ok)
            }
        }

        @Test("TLS settings are read when the client is made")
        func tls() throws {
            func secure() throws -> DaprClient {
                var configuration = try DaprClient.Configuration.fromEnvironment()
                configuration.grpcEndpoint = try SidecarEndpoint(grpc: "https://dapr.example:443")
                configuration.protocol = .grpc
                configuration.tls.authorities = .file("/etc/dapr/ca.pem")
                configuration.tls.certificate = .file("/etc/dapr/client.pem")
                configuration.tls.privateKey = .file("/etc/dapr/client.key")
                let client = try DaprClient(configuration: configuration)
                return client
            }
            let error = #expect(throws: DaprError.self) { _ = try secure() }
            #expect(error?.kind == .invalidArgument)
        }

        @Test("errors and options of a call")
        func calls() async throws {
            try await withDevelopmentSidecar { client in
                let options = CallOptions(timeout: .seconds(2), waitsForSidecar: true)
                do {
                    _ = try await client.state("nowhere").get("17", options: options)
                } catch let error as DaprError where error.kind == .noSuchComponent {
                    print("the sidecar has no such store: \(error.message)")
                }
            }
        }

        @Test("errors are decided by their kind")
        func errors() async throws {
            try await withDevelopmentSidecar { client in
                let orders = client.state("statestore")
                func save(_ etag: ETag) async throws(DaprError) {
                    do {
                        try await orders.save("17", Order(id: 17), etag: etag)
                    } catch {
                        switch error.kind {
                        case .conflict: print("somebody else was faster: read it again")
                        case .unavailable where error.isUnprocessed: print("not sent: repeat it")
                        case .unavailable, .deadlineExceeded: print("it may have been saved")
                        default: throw error
                        }
                    }
                }
                try await orders.save("17", Order(id: 1))
                try await save(ETag(rawValue: "999"))
                let order = try await orders.get("17", as: Order.self)
                #expect(order?.id == 1)
            }
        }

        @Test("the sidecar", arguments: DaprProtocol.allCases)
        func sidecar(protocol: DaprProtocol) async throws {
            try await withDevelopmentSidecar(`protocol`) { client in
                try await client.setMetadata("colour", to: "blue")
                let metadata = try await client.metadata()
                for component in metadata.components where component.type.hasPrefix("state.") {
                    print("\(component.name) can do \(component.capabilities)")
                }
                #expect(metadata.extended["colour"] == "blue")
                #expect(metadata.components.contains { $0.name == "db" })
                if let reason = await client.health(outbound: true).reason { print(reason) }
                let health = await client.health(outbound: true)
                #expect(health.isReady)
                try await client.shutdownSidecar()
            }
        }

        @Test("log, metrics and trace context")
        func observability() async throws {
            var configuration = try DaprClient.Configuration.fromEnvironment()
            configuration.logger = Logger(label: "dapr")
            configuration.metrics = MetricsSystem.factory
            #expect(configuration.logger?.label == "dapr")
            let traceparent = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"
            try await withDevelopmentSidecar { client in
                let trace = TraceContext(parent: traceparent, baggage: "tenant=blue")
                let answer = try await client.invoke(
                    "echo", "invoices/17", as: Answer.self, options: CallOptions(trace: trace))
                let parent = answer.headers.first { $0.first?.lowercased() == "traceparent" }
                #expect(parent?.last?.hasPrefix("00-4bf92f3577b34da6a3ce929d0e0e4736-") == true)
            }
        }

        private struct Answer: Decodable { var headers: [[String]] }
    }
}
