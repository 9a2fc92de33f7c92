extension BulkPublishResult {
    /// An id for each entry: its own, or its number from 1, made longer where that is taken.
    ///
    /// - Throws: `.invalidArgument` when an id is empty, or given twice.
    static func identifiers(for entries: [BulkPublishEntry]) throws(DaprError) -> [String] {
        var taken: Set<String> = []
        for id in entries.compactMap(\.id) {
            guard !id.isEmpty, taken.insert(id).inserted else {
                throw DaprError(
                    .invalidArgument, "the entry id '\(id)' is empty or given twice",
                    isUnprocessed: true)
            }
        }
        return entries.enumerated().map { index, entry in
            if let id = entry.id { return id }
            var id = "\(index + 1)"
            while !taken.insert(id).inserted { id += "-" }
            return id
        }
    }

    /// The result of a call that listed what failed.
    ///
    /// - Parameters:
    ///   - ids: of all entries.
    ///   - failures: the ids that failed, and why.
    ///   - error: the failure of the whole. An empty list then says nothing about any entry.
    /// - Throws: `.malformedResponse` when the list has an id that was not sent.
    init(
        of ids: [String], failures: [(id: String, reason: String)], error: DaprError? = nil
    ) throws(DaprError) {
        guard error == nil || !failures.isEmpty else {
            self.init(entries: ids.map { Entry(id: $0, outcome: .unknown) }, error: error)
            return
        }
        let reasons = Dictionary(failures.map { ($0.id, $0.reason) }) { first, _ in first }
        guard Set(ids).isSuperset(of: reasons.keys) else {
            throw DaprError(.malformedResponse, "the sidecar lists an entry that was not sent")
        }
        self.init(
            entries: ids.map { id in
                Entry(id: id, outcome: reasons[id].map(Outcome.failed) ?? .published)
            }, error: error)
    }
}
