public import HTTPMessage
import HTTPTypes

extension Response {
    /// Adds what every response carries: the request's id, where the time went, and that browsers
    /// shall not guess types.
    ///
    /// - Parameters:
    ///   - id: the name of the request.
    ///   - sidecar: how long the sidecar took.
    ///   - gateway: how long everything else took.
    public mutating func decorate(id: String, sidecar: Duration, gateway: Duration) {
        fields.append(HTTPField(name: .xRequestID, value: id))
        var timing: [UInt8] = []
        timing.reserveCapacity(48)
        timing.append(contentsOf: "dapr;dur=".utf8)
        timing.appendMilliseconds(sidecar)
        timing.append(contentsOf: ", gateway;dur=".utf8)
        timing.appendMilliseconds(gateway)
        // An app that was invoked may have timings of its own.
        fields.append(
            HTTPField(name: .serverTiming, value: String(decoding: timing, as: UTF8.self)))
        fields.append(HTTPField(name: .xContentTypeOptions, value: "nosniff"))
    }
}

extension [UInt8] {
    /// Milliseconds with three decimals.
    fileprivate mutating func appendMilliseconds(_ duration: Duration) {
        let (seconds, attoseconds) = duration.components
        let microseconds = seconds * 1_000_000 + attoseconds / 1_000_000_000_000
        append(contentsOf: String(microseconds / 1000).utf8)
        append(UInt8(ascii: "."))
        for decimal in [microseconds / 100, microseconds / 10, microseconds] {
            append(UInt8(ascii: "0") + UInt8(decimal % 10))
        }
    }
}
