/// The header field `grpc-timeout` (gRPC over HTTP/2, "Requests"): up to eight digits and a unit.
enum GRPCTimeout {
    /// nil for what is no such value.
    static func parse(_ text: String) -> Duration? {
        guard let unit = text.utf8.last else { return nil }
        let digits = text.utf8.dropLast()
        guard (1...8).contains(digits.count),
            digits.allSatisfy({ $0 &- UInt8(ascii: "0") < 10 }),
            let number = Int64(Substring(digits))
        else { return nil }
        return switch unit {
        case UInt8(ascii: "H"): .seconds(number * 3600)
        case UInt8(ascii: "M"): .seconds(number * 60)
        case UInt8(ascii: "S"): .seconds(number)
        case UInt8(ascii: "m"): .milliseconds(number)
        case UInt8(ascii: "u"): .microseconds(number)
        case UInt8(ascii: "n"): .nanoseconds(number)
        default: nil
        }
    }
}
