import DaprClient
import EventLoop
import GatewayRoutes

extension Configuration {
    /// Reads a configuration file's text. What it does not mention keeps its default.
    ///
    /// - Parameters:
    ///   - text: YAML.
    ///   - source: the name of the file, for messages.
    /// - Throws: all mistakes at once.
    public init(parsing text: [UInt8], source: String) throws(ConfigurationError) {
        self.init()
        let root: YAMLNode?
        do {
            root = try YAMLNode.parse(text)
        } catch {
            throw ConfigurationError(
                source: source,
                problems: [.init(line: error.line, column: error.column, text: error.text)])
        }
        let problems = ConfigurationReader.Problems()
        read(ConfigurationReader(root, problems: problems))
        guard problems.found.isEmpty else {
            let ordered = problems.found.sorted {
                ($0.line ?? 0, $0.column ?? 0) < ($1.line ?? 0, $1.column ?? 0)
            }
            throw ConfigurationError(source: source, problems: ordered)
        }
    }

    private mutating func read(_ file: ConfigurationReader) {
        file.readAddresses("listen", into: &listen)
        let admin = file.section("admin")
        admin.readAddresses("listen", into: &self.admin.listen)
        admin.finish()
        readSidecar(file.section("sidecar"))
        let defaults = file.section("defaults")
        defaults.readName("state", into: &self.defaults.state)
        defaults.readName("pubsub", into: &self.defaults.pubsub)
        defaults.readName("secrets", into: &self.defaults.secrets)
        defaults.finish()
        readLimits(file.section("limits"))
        let secrets = file.section("secrets")
        secrets.readBool("allowBulk", into: &self.secrets.allowBulk)
        secrets.finish()
        let metadata = file.section("metadata")
        metadata.readBool("allowSet", into: &self.metadata.allowSet)
        metadata.finish()
        let grpc = file.section("grpc")
        grpc.readList(
            "descriptorSets", into: &self.grpc.descriptorSets, expected: "the path of a file",
            isEmptyAllowed: true
        ) { $0.isEmpty ? nil : $0 }
        grpc.finish()
        file.read("shards", into: &shards, expected: "auto or a number from 1 to 64") { text in
            if text == "auto" { return .some(nil) }
            return Int(text).flatMap { (1...64).contains($0) ? .some($0) : nil }
        }
        let log = file.section("log")
        log.readChoice("level", into: &self.log.level)
        log.readChoice("format", into: &self.log.format)
        log.finish()
        file.finish()
    }

    private mutating func readSidecar(_ section: ConfigurationReader) {
        section.readEndpoint("grpc", into: &sidecar.grpc, check: SidecarEndpoint.init(grpc:))
        section.readEndpoint("http", into: &sidecar.http, check: SidecarEndpoint.init(http:))
        section.readChoice("protocol", into: &sidecar.protocol)
        section.readFile("tokenFile", into: &sidecar.tokenFile)
        section.readFile("caFile", into: &sidecar.caFile)
        section.readFile("certificateFile", into: &sidecar.certificateFile)
        section.readFile("keyFile", into: &sidecar.keyFile)
        section.readSize("headerLimit", into: &sidecar.headerLimit, in: 512...(1 << 20))
        section.finish()
    }

    private mutating func readLimits(_ section: ConfigurationReader) {
        section.read(
            "connections", into: &limits.connections, expected: "a number from 1 to 100000"
        ) {
            Int($0).flatMap { (1...100_000).contains($0) ? $0 : nil }
        }
        section.readSize("headers", into: &limits.headers, in: 1024...(24 << 10))
        section.readSize("body", into: &limits.body, in: 1024...(1 << 30))
        section.readDuration("timeout", into: &limits.timeout)
        section.readDuration("maxTimeout", into: &limits.maxTimeout)
        section.readDuration("drain", into: &limits.drain)
        section.finish()
    }
}

extension ConfigurationReader {
    fileprivate func readAddresses(_ key: String, into target: inout [SocketAddress]) {
        readList(
            key, into: &target,
            expected: "ADDRESS:PORT with a numeric address, :PORT or unix:PATH"
        ) { SocketAddress($0) }
    }

    fileprivate func readEndpoint(
        _ key: String, into target: inout String?,
        check: (String) throws(DaprError) -> SidecarEndpoint
    ) {
        readOptional(
            key, into: &target, expected: "an endpoint such as 127.0.0.1:3500 or unix:/PATH"
        ) {
            text in
            (try? check(text)).map { _ in text }
        }
    }

    fileprivate func readFile(_ key: String, into target: inout String?) {
        readOptional(key, into: &target, expected: "the path of a file") { $0.isEmpty ? nil : $0 }
    }

    fileprivate func readName(_ key: String, into target: inout String?) {
        readOptional(
            key, into: &target, expected: "the name of a component (letters, digits, . _ -)"
        ) { text in
            isComponentName(text) ? text : nil
        }
    }

    fileprivate func readBool(_ key: String, into target: inout Bool) {
        read(key, into: &target, expected: "true or false") { text in
            switch text {
            case "true", "True", "TRUE", "yes", "on": true
            case "false", "False", "FALSE", "no", "off": false
            default: nil
            }
        }
    }

    fileprivate func readChoice<Choice: RawRepresentable<String> & CaseIterable>(
        _ key: String, into target: inout Choice
    ) {
        let choices = Choice.allCases.map(\.rawValue)
        read(key, into: &target, expected: "one of \(choices.joined(separator: ", "))") {
            Choice(rawValue: $0)
        }
    }

    fileprivate func readSize(
        _ key: String, into target: inout ByteCount, in range: ClosedRange<Int>
    ) {
        let least = ByteCount(range.lowerBound)
        let most = ByteCount(range.upperBound)
        read(key, into: &target, expected: "a size from \(least) to \(most), such as 64KiB") {
            text in
            ByteCount(text).flatMap { range.contains($0.bytes) ? $0 : nil }
        }
    }

    fileprivate func readDuration(_ key: String, into target: inout Duration) {
        read(key, into: &target, expected: "a duration from 1ms to 1h, such as 250ms, 30s or 5m") {
            text in
            Duration(withUnit: text).flatMap { $0 > .zero && $0 <= .seconds(3600) ? $0 : nil }
        }
    }
}
