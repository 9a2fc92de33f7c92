extension GRPCTransport {
    /// Refuses an empty name, as the HTTP API has to: there it would vanish from the path.
    func check(_ name: String, _ what: String) throws(DaprError) {
        guard !name.isEmpty else {
            throw DaprError(
                .invalidArgument, "the name of the \(what) is empty", isUnprocessed: true)
        }
    }
}
