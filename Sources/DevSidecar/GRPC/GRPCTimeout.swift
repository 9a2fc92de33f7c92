/// Why a `grpc-timeout` cannot be read.
struct GRPCTimeoutError: Error {
    /// In the words of grpc-go.
    var text: String
}

/// The value of a `grpc-timeout` header: up to eight digits and a unit.
enum GRPCTimeout {
    static func parse(_ text: String) throws(GRPCTimeoutError) -> Duration {
        guard text.utf8.count >= 2 else {
            throw GRPCTimeoutError(text: "transport: timeout string is too short: \"\(text)\"")
        }
        guard text.utf8.count <= 9 else {
            throw GRPCTimeoutError(text: "transport: timeout string is too long: \"\(text)\"")
        }
        guard let unit = text.last, let length = length(of: unit) else {
            throw GRPCTimeoutError(
                text: "transport: timeout unit is not recognized: \"\(text)\"")
        }
        guard let count = Int(text.dropLast()) else {
            throw GRPCTimeoutError(
                text: "strconv.ParseUint: parsing \"\(text.dropLast())\": invalid syntax")
        }
        return length * count
    }

    private static func length(of unit: Character) -> Duration? {
        switch unit {
        case "H": .seconds(3600)
        case "M": .seconds(60)
        case "S": .seconds(1)
        case "m": .milliseconds(1)
        case "u": .microseconds(1)
        case "n": .nanoseconds(1)
        default: nil
        }
    }
}
