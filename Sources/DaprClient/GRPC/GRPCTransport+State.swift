import DaprProtos

extension GRPCTransport {
    func getState(
        store: String, key: String, consistency: StateConsistency?, metadata: [String: String],
        options: CallOptions
    ) async throws(DaprError) -> StateValue? {
        let request = GetStateCoding.encode(
            store: store, key: key, consistency: consistency, metadata: metadata)
        let response = try await exchange(RPCs.getState, request, .state, options)
        do throws(ProtobufReader.Malformed) {
            return try GetStateCoding.decode(response.body)
        } catch {
            throw DaprError(.malformedResponse, "the sidecar's message cannot be read")
        }
    }
}
