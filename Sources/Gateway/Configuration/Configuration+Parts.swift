import DaprClient
import EventLoop
import GatewayRoutes

extension Configuration {
    /// What the routes need to know.
    var facadeSettings: FacadeSettings {
        var settings = FacadeSettings()
        settings.defaults = FacadeSettings.Defaults(
            state: defaults.state, pubsub: defaults.pubsub, secrets: defaults.secrets)
        settings.timeout = limits.timeout
        settings.maxTimeout = limits.maxTimeout
        settings.bodyLimit = limits.body.bytes
        settings.allowsBulkSecrets = secrets.allowBulk
        settings.allowsMetadataSet = metadata.allowSet
        return settings
    }

    /// How the client reaches the sidecar: what the file says, else the environment.
    ///
    /// - Parameter environment: names and values, such as those of the process.
    func client(
        environment: [String: String]
    ) throws(ConfigurationError) -> DaprClient.Configuration {
        do throws(DaprError) {
            var environment = environment
            // What the file says wins, so a mistake in a variable that is not needed does no harm.
            if sidecar.grpc != nil { environment["DAPR_GRPC_ENDPOINT"] = sidecar.grpc }
            if sidecar.http != nil { environment["DAPR_HTTP_ENDPOINT"] = sidecar.http }
            var client = try DaprClient.Configuration.fromEnvironment(environment)
            client.protocol = sidecar.protocol
            client.timeout = limits.timeout
            client.maxBodySize = limits.body.bytes
            client.headerLimit = sidecar.headerLimit.bytes
            if let path = sidecar.caFile { client.tls.authorities = .file(path) }
            if let path = sidecar.certificateFile { client.tls.certificate = .file(path) }
            if let path = sidecar.keyFile { client.tls.privateKey = .file(path) }
            if client.tls != TLSSettings() { try client.tls.check() }
            if let path = sidecar.tokenFile { client.apiToken = try Self.token(in: path) }
            if let token = client.apiToken, !token.utf8.allSatisfy({ (0x20...0x7E).contains($0) }) {
                throw DaprError(
                    .invalidArgument,
                    "the API token has characters that a header field cannot have")
            }
            return client
        } catch {
            throw ConfigurationError(
                source: "sidecar", problems: [.init(text: error.message)])
        }
    }

    /// Checks what cannot be seen in the file alone: the environment, the token file, certificates and
    /// keys, descriptor sets.
    ///
    /// - Parameter environment: names and values, such as those of the process.
    public func validate(environment: [String: String]) throws(ConfigurationError) {
        _ = try client(environment: environment)
        _ = try descriptors()
    }

    private static func token(in path: String) throws(DaprError) -> String {
        let content: [UInt8]
        do {
            content = try SystemFiles.read(path, upTo: 64 << 10)
        } catch {
            throw DaprError(.invalidArgument, "tokenFile \(path): \(error)")
        }
        let token = String(decoding: content, as: UTF8.self)
            .trimmingSuffix { $0.isNewline || $0 == " " }
        guard !token.isEmpty else {
            throw DaprError(.invalidArgument, "tokenFile \(path): the file is empty")
        }
        return token
    }

    /// Reads a configuration file; without a path these are the defaults.
    ///
    /// - Throws: all mistakes at once, or why the file cannot be read.
    public static func load(_ path: String?) throws(ConfigurationError) -> Configuration {
        guard let path else { return Configuration() }
        let text: [UInt8]
        do {
            text = try SystemFiles.read(path)
        } catch {
            throw ConfigurationError(source: path, problems: [.init(text: "\(error)")])
        }
        return try Configuration(parsing: text, source: path)
    }
}

extension String {
    fileprivate func trimmingSuffix(while predicate: (Character) -> Bool) -> String {
        var trimmed = self[...]
        while let last = trimmed.last, predicate(last) { trimmed.removeLast() }
        return String(trimmed)
    }
}
