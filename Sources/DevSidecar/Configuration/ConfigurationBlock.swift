import JSON

/// The configuration API.
final class ConfigurationBlock: BuildingBlock {
    typealias Item = InMemoryConfigurationStore.Item

    let context: SidecarContext
    let app: LocalApp?
    let watchers = ConfigurationSubscriptions()
    let stores: [String: InMemoryConfigurationStore]

    /// The setting that holds what a store begins with: a JSON object of texts `value||version`.
    static let valuesKey = "values"

    /// - Throws: what is wrong with the JSON of a component's values.
    init(_ context: SidecarContext, app: LocalApp?) throws {
        self.context = context
        self.app = app
        var stores: [String: InMemoryConfigurationStore] = [:]
        for component in context.components(of: "configuration") {
            let store = InMemoryConfigurationStore(loop: context.loop)
            if let text = component.metadata[Self.valuesKey] {
                for member in try JSONValue.parse(Array(text.utf8)).objectValue?.members ?? [] {
                    try store.set(member.key, member.value.stringValue ?? "")
                }
            }
            let watchers = watchers
            store.onChange = { key, item in watchers.tell(component.name, key, item) }
            stores[component.name] = store
        }
        self.stores = stores
    }

    var inspection: InspectionPage? {
        InspectionPage("configuration") { [stores] in
            .object(
                JSONObject(
                    stores.map { name, store in
                        JSONObject.Member(key: name, value: Self.json(store.items([])))
                    }))
        }
    }

    func stop() {
        watchers.removeAll()
        for store in stores.values { store.removeAll() }
    }

    // MARK: - Both APIs

    func store(_ name: String) throws(SidecarError) -> InMemoryConfigurationStore {
        guard !stores.isEmpty else {
            throw .configuration(
                500, GRPCStatus.failedPrecondition, "ERR_CONFIGURATION_STORE_NOT_CONFIGURED",
                "configuration stores not configured")
        }
        guard let store = stores[name] else {
            throw .configuration(
                400, GRPCStatus.invalidArgument, "ERR_CONFIGURATION_STORE_NOT_FOUND",
                "configuration store \(name) not found")
        }
        return store
    }

    /// The items of some keys, or of all.
    func items(_ keys: [String], in storeName: String) throws(SidecarError) -> [String: Item] {
        let store = try store(storeName)
        if let outage = context.outage(of: storeName) {
            let shown = "[" + keys.joined(separator: " ") + "]"
            throw .configuration(
                500, GRPCStatus.internalError, "ERR_CONFIGURATION_GET",
                "failed to get \(shown) from Configuration store \(storeName): fail to get"
                    + " configuration for redis key=\(keys.first ?? ""), error is \(outage)")
        }
        return store.items(keys)
    }

    static func json(_ items: [String: Item]) -> JSONValue {
        .object(JSONObject(items.map { JSONObject.Member(key: $0, value: $1.json) }))
    }
}

extension SidecarError {
    static func configuration(
        _ httpStatus: Int, _ grpcCode: Int, _ code: String, _ message: String
    ) -> SidecarError {
        SidecarError(
            httpStatus: httpStatus, grpcCode: grpcCode, code: code, message: message,
            grpcDetails: [.errorInfo(code)])
    }
}
