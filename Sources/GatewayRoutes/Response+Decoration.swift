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
        prepared.append { bytes in
            bytes.reserveCapacity(bytes.count + Self.constantPart.count + id.utf8.count + 64)
            bytes.append(contentsOf: Self.constantPart)
            bytes.append(contentsOf: id.utf8)
            // An app that was invoked may have timings of its own, which then come first.
            bytes.append(contentsOf: Self.timingPart)
            bytes.appendMilliseconds(sidecar)
            bytes.append(contentsOf: Self.gatewayPart)
            bytes.appendMilliseconds(gateway)
            bytes.append(0)
        }
    }

    private static let constantPart = Array("X-Content-Type-Options\0nosniff\0X-Request-Id\0".utf8)
    private static let timingPart = Array("\0Server-Timing\0dapr;dur=".utf8)
    private static let gatewayPart = Array(", gateway;dur=".utf8)
}

extension [UInt8] {
    /// Milliseconds with three decimals.
    fileprivate mutating func appendMilliseconds(_ duration: Duration) {
        // Up to 18 s, as nearly all are, no division of 128 bits is needed.
        let microseconds =
            if let short = UInt64(exactly: duration.attoseconds) {
                short / 1_000_000_000_000
            } else {
                UInt64(clamping: duration.attoseconds / 1_000_000_000_000)
            }
        appendDecimal(microseconds / 1000)
        append(UInt8(ascii: "."))
        let fraction = microseconds % 1000
        append(UInt8(ascii: "0") + UInt8(fraction / 100))
        append(UInt8(ascii: "0") + UInt8(fraction / 10 % 10))
        append(UInt8(ascii: "0") + UInt8(fraction % 10))
    }

    private mutating func appendDecimal(_ number: UInt64) {
        if number >= 10 { appendDecimal(number / 10) }
        append(UInt8(ascii: "0") + UInt8(number % 10))
    }
}
