import Testing

@testable import Gateway

@Suite("Descriptor sets in the configuration")
struct DescriptorSetTests {
    private static let kinds = ConfigurationTests.packageFile("Tests/Fixtures/protobuf/kinds.pb")

    private static func configuration(_ paths: String...) -> Configuration {
        var configuration = Configuration()
        configuration.grpc.descriptorSets = paths
        return configuration
    }

    @Test("all of them together describe the services")
    func good() throws {
        let pool = try Self.configuration(Self.kinds, Self.kinds).descriptors()
        #expect(pool.contains(service: "kinds.Kinds"))
        #expect(pool.contains(service: "kinds.OldKinds"))
        #expect(try !Self.configuration().descriptors().contains(service: "kinds.Kinds"))
    }

    @Test("each file that cannot be read, or is none, is named")
    func bad() throws {
        let text = ConfigurationTests.packageFile("Package.swift")
        let configuration = Self.configuration("/nonexistent/a.pb", text, Self.kinds)
        let error = #expect(throws: ConfigurationError.self) {
            try configuration.validate(environment: [:])
        }
        #expect(
            error?.description == """
                grpc.descriptorSets: /nonexistent/a.pb: open: No such file or directory (2)
                grpc.descriptorSets: \(text): this is no FileDescriptorSet with files in it
                """)
        #expect(throws: ConfigurationError.self) { try Gateway(configuration) }
    }

    @Test("an empty list is the default, and a value that is no path a mistake")
    func parsing() throws {
        let parse = { (text: String) throws(ConfigurationError) in
            try Configuration(parsing: Array(text.utf8), source: "x")
        }
        #expect(try parse("grpc: {descriptorSets: []}") == Configuration())
        #expect(try parse("grpc: {descriptorSets: a.pb}").grpc.descriptorSets == ["a.pb"])
        let error = #expect(throws: ConfigurationError.self) {
            _ = try parse("grpc: {descriptorSets: [a, '']}")
        }
        #expect(
            error?.description
                == "x:1:27: grpc.descriptorSets: expected the path of a file, found \"\"")
    }
}
