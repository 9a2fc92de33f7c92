import HTTP2
import JSON

extension HTTPTransport {
    func invokeBinding(
        name: String, operation: String, data: [UInt8], metadata: [String: String],
        options: CallOptions
    ) async throws(DaprError) -> BindingResult {
        guard data.isEmpty || isValidJSON(data) else {
            throw DaprError(
                .notSupported,
                "the data for '\(name)' is not JSON: the HTTP API carries only JSON, "
                    + "the gRPC API keeps bytes", isUnprocessed: true)
        }
        try settings.check(body: data.count)
        var writer = JSONWriter()
        writer.beginObject()
        writer.key("operation")
        writer.string(operation)
        if !data.isEmpty {
            writer.key("data")
            writer.raw(data)
        }
        if !metadata.isEmpty {
            writer.key("metadata")
            writer.beginObject()
            for (name, value) in metadata {
                writer.key(name)
                writer.string(value)
            }
            writer.endObject()
        }
        writer.endObject()
        let response = try await call(
            "POST", RequestPath("bindings", name), body: writer.bytes,
            contentType: "application/json", in: .bindings, options)
        var result = BindingResult(data: response.body)
        for field in response.head where field.name.starts(with: "metadata.".utf8) {
            let name = String(decoding: field.name.dropFirst(9), as: UTF8.self)
            result.metadata[name] = String(decoding: field.value, as: UTF8.self)
        }
        return result
    }
}
