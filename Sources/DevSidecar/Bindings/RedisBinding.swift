/// `bindings.redis`, in memory instead of a Redis server.
final class RedisBinding: OutputBinding {
    private struct Entry {
        var data: [UInt8]
        /// In nanoseconds since 1970; nil for never.
        var expiry: Int64?
    }

    let operations: [String]? = ["create", "delete", "get", "increment"]
    private let clock: WallClock
    private var entries: [String: Entry] = [:]

    init(clock: WallClock) {
        self.clock = clock
    }

    func invoke(_ request: BindingRequest) async throws(BindingFailure) -> BindingResponse? {
        guard let key = request.metadata["key"], !key.isEmpty else {
            throw BindingFailure("redis binding: missing key in request metadata")
        }
        // What has expired goes whenever something is asked.
        let now = clock.nanoseconds
        entries = entries.filter { ($0.value.expiry ?? .max) > now }
        switch request.operation {
        case "create":
            var entry = Entry(data: request.data)
            if let seconds = try Self.seconds(request.metadata["ttlInSeconds"]) {
                entry.expiry = now + seconds * 1_000_000_000
            }
            entries[key] = entry
        case "get":
            let data = entries[key]?.data ?? []
            if request.metadata["delete"] == "true" { entries[key] = nil }
            return BindingResponse(data: data)
        case "increment":
            let text = entries[key].map { String(decoding: $0.data, as: UTF8.self) } ?? "0"
            guard let number = Int64(text), number < .max else {
                throw BindingFailure("ERR value is not an integer or out of range")
            }
            entries[key, default: Entry(data: [])].data = Array(String(number + 1).utf8)
        default: entries[key] = nil
        }
        return nil
    }

    /// A time to live; nil for none.
    private static func seconds(_ text: String?) throws(BindingFailure) -> Int64? {
        guard let text, !text.isEmpty else { return nil }
        guard let seconds = Int32(text) else {
            throw BindingFailure("ttlInSeconds value must be a valid integer: actual is '\(text)'")
        }
        return seconds > 0 ? Int64(seconds) : nil
    }
}
