import DaprClient
import EventLoop
import GatewayRoutes

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
        shards: \(shards.map(String.init) ?? "auto")
        log:
          level: \(log.level.rawValue)
          format: \(log.format.rawValue)

        """
    }

    private func list(_ addresses: [SocketAddress]) -> String {
        addresses.map { quoted($0.description) }.joined(separator: ", ")
    }

    private func quoted(_ text: String?) -> String {
        text.map { "'" + $0.replacing("'", with: "''") + "'" } ?? ""
    }
}
