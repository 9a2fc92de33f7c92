import DaprClient
import EventLoop
import GatewayRoutes
import JSON

extension Configuration {
    /// All settings as a configuration file that parses to the same value.
    public var yaml: String {
        """
        listen: [\(list(listen))]
        admin:
          listen: [\(list(admin.listen))]
        sidecar:
          grpc: \(quoted(sidecar.grpc))
          http: \(quoted(sidecar.http))
          protocol: \(sidecar.protocol.rawValue)
          tokenFile: \(quoted(sidecar.tokenFile))
          caFile: \(quoted(sidecar.caFile))
          certificateFile: \(quoted(sidecar.certificateFile))
          keyFile: \(quoted(sidecar.keyFile))
          headerLimit: \(sidecar.headerLimit)
        defaults:
          state: \(quoted(defaults.state))
          pubsub: \(quoted(defaults.pubsub))
          secrets: \(quoted(defaults.secrets))
        limits:
          connections: \(limits.connections)
          headers: \(limits.headers)
          body: \(limits.body)
          timeout: \(limits.timeout.textWithUnit)
          maxTimeout: \(limits.maxTimeout.textWithUnit)
          drain: \(limits.drain.textWithUnit)
        secrets:
          allowBulk: \(secrets.allowBulk)
        metadata:
          allowSet: \(metadata.allowSet)
        grpc:
          descriptorSets: [\(grpc.descriptorSets.map { quoted($0) }.joined(separator: ", "))]
        shards: \(shards.map(String.init) ?? "auto")
        log:
          level: \(log.level.rawValue)
          format: \(log.format.rawValue)

        """
    }

    private func list(_ addresses: [SocketAddress]) -> String {
        addresses.map { quoted($0.description) }.joined(separator: ", ")
    }

    /// A JSON string, which is a YAML string too, whatever it contains.
    private func quoted(_ text: String?) -> String {
        guard let text else { return "" }
        var writer = JSONWriter()
        writer.string(text)
        return String(decoding: writer.bytes, as: UTF8.self)
    }
}
