extension SidecarConfiguration {
    /// What `daprgw dev` offers: a store, a broker, a secret, a setting, locks and apps to
    /// invoke.
    public static var development: SidecarConfiguration {
        var configuration = SidecarConfiguration(
            appID: "daprgw",
            components: [
                Component(
                    name: "statestore", type: "state.in-memory",
                    metadata: ["actorStateStore": "true"]),
                // The store in memory cannot be queried.
                Component(name: "querystore", type: "state.postgresql"),
                Component(name: "pubsub", type: "pubsub.in-memory"),
                Component(name: "secretstore", type: "secretstores.local.env"),
                Component(
                    name: "configstore", type: "configuration.redis",
                    metadata: [ConfigurationBlock.valuesKey: #"{"greeting":"hello||1"}"#]),
                Component(name: "lockstore", type: "lock.redis"),
                Component(name: "conversation", type: "conversation.echo"),
                Component(name: "echo", type: "conversation.echo"),
                Component(
                    name: "crypto", type: "crypto.dapr.localstorage",
                    metadata: [LocalKeys.temporaryKey: "dev-key"]),
                Component(name: "echo-binding", type: "bindings.echo"),
                Component(name: "files", type: "bindings.localstorage"),
            ])
        configuration.localApps.echoID = "echo"
        configuration.localApps.actorTypes = ["Echo"]
        configuration.localApps.greeterID = "greeter"
        configuration.environment = ["db-password": "correct horse battery staple"]
        return configuration
    }
}
