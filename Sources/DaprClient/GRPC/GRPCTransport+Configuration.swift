import DaprProtos

extension RPCs {
    static let getConfiguration = RPC<
        Dapr_Proto_Runtime_V1_GetConfigurationRequest,
        Dapr_Proto_Runtime_V1_GetConfigurationResponse
    >("GetConfiguration", isRead: true)
    static let subscribeConfiguration = RPC<
        Dapr_Proto_Runtime_V1_SubscribeConfigurationRequest,
        Dapr_Proto_Runtime_V1_SubscribeConfigurationResponse
    >("SubscribeConfiguration")
    static let unsubscribeConfiguration = RPC<
        Dapr_Proto_Runtime_V1_UnsubscribeConfigurationRequest,
        Dapr_Proto_Runtime_V1_UnsubscribeConfigurationResponse
    >("UnsubscribeConfiguration")
}

extension GRPCTransport {
    func getConfiguration(
        store: String, keys: [String], metadata: [String: String], options: CallOptions
    ) async throws(DaprError) -> [String: ConfigurationItem] {
        try check(store, "configuration store")
        var request = Dapr_Proto_Runtime_V1_GetConfigurationRequest()
        request.storeName = store
        request.keys = keys
        request.metadata = metadata
        let response = try await call(
            RPCs.getConfiguration, request, in: .configuration, options)
        return response.items.mapValues(ConfigurationItem.init)
    }

    func subscribeConfiguration(
        store: String, keys: [String], metadata: [String: String], options: CallOptions
    ) async throws(DaprError) -> ConfigurationStream {
        try check(store, "configuration store")
        var request = Dapr_Proto_Runtime_V1_SubscribeConfigurationRequest()
        request.storeName = store
        request.keys = keys
        request.metadata = metadata
        let stream = try await stream(
            RPCs.subscribeConfiguration, request, in: .configuration, options)
        return ConfigurationStream { () throws(DaprError) in
            try await stream.next().map { message in
                ConfigurationUpdate(
                    id: message.id, items: message.items.mapValues(ConfigurationItem.init))
            }
        }
    }

    func unsubscribeConfiguration(
        store: String, id: String, options: CallOptions
    ) async throws(DaprError) {
        try check(id, "subscription")
        try check(store, "configuration store")
        var request = Dapr_Proto_Runtime_V1_UnsubscribeConfigurationRequest()
        request.storeName = store
        request.id = id
        let response = try await call(
            RPCs.unsubscribeConfiguration, request, in: .configuration, options)
        guard response.ok else {
            throw DaprError(.notFound, response.message, status: .grpc(0))
        }
    }
}

extension ConfigurationItem {
    fileprivate init(_ item: Dapr_Proto_Common_V1_ConfigurationItem) {
        self.init(item.value, version: item.version, metadata: item.metadata)
    }
}
