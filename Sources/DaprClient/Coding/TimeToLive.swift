extension [String: String] {
    /// Metadata with `ttlInSeconds` for a time to live, rounded up to seconds; nil changes nothing.
    ///
    /// - Throws: `.invalidArgument` when the time is not positive.
    func living(_ ttl: Duration?) throws(DaprError) -> [String: String] {
        guard let ttl else { return self }
        guard ttl > .zero else {
            throw DaprError(
                .invalidArgument, "a time to live of \(ttl) is not positive", isUnprocessed: true)
        }
        let (seconds, attoseconds) = ttl.components
        var metadata = self
        metadata["ttlInSeconds"] = String(seconds + (attoseconds > 0 ? 1 : 0))
        return metadata
    }
}
