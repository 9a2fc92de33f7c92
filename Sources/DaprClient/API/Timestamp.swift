import SwiftProtobuf

/// A point in time, to the nanosecond, in the years from 1 to 9999.
public struct Timestamp: Sendable, Hashable {
    private static let range = -62_135_596_800..<253_402_300_800 as Range<Int64>

    /// The time since 1970-01-01T00:00:00Z, without leap seconds; negative before that.
    public let sinceEpoch: Duration

    /// The point in time that is so long after 1970-01-01T00:00:00Z.
    ///
    /// - Parameter sinceEpoch: parts of a nanosecond are cut off.
    /// - Throws: `.invalidArgument` when that is not in the years from 1 to 9999.
    public init(sinceEpoch: Duration) throws(DaprError) {
        let (seconds, attoseconds) = sinceEpoch.components
        // Whole nanoseconds, towards the past as the rest of a negative time is negative too.
        let rest = attoseconds % 1_000_000_000
        let cut = rest < 0 ? rest + 1_000_000_000 : rest
        let time = sinceEpoch - Duration(secondsComponent: 0, attosecondsComponent: cut)
        guard Self.range.contains(time < .seconds(seconds) ? seconds - 1 : seconds) else {
            throw DaprError(
                .invalidArgument, "\(sinceEpoch) after 1970 is no time of the years 1 to 9999",
                isUnprocessed: true)
        }
        self.sinceEpoch = time
    }

    /// Reads a point in time such as `2026-11-24T06:00:00.5+01:00` (RFC 3339).
    ///
    /// - Throws: `.invalidArgument` for anything else.
    public init(_ text: String) throws(DaprError) {
        guard let time = Timestamp(rfc3339: text) else {
            throw DaprError(
                .invalidArgument, "'\(text)' is no time (RFC 3339)", isUnprocessed: true)
        }
        self = time
    }

    /// Reads RFC 3339; nil for anything else.
    init?(rfc3339 text: String) {
        // Nothing that would need escapes in JSON, which is where protobuf has this form.
        guard PointInTime.isValid(text),
            let message = try? Google_Protobuf_Timestamp(jsonString: "\"\(text)\"")
        else { return nil }
        self.init(message)
    }

    /// What a sidecar answered, which may be no time at all in protobuf's eyes.
    init?(_ message: Google_Protobuf_Timestamp) {
        guard Self.range.contains(message.seconds), (0..<1_000_000_000).contains(message.nanos)
        else { return nil }
        sinceEpoch = .seconds(message.seconds) + .nanoseconds(Int64(message.nanos))
    }
}

extension Timestamp: Comparable {
    /// Whether the left one is earlier.
    public static func < (left: Timestamp, right: Timestamp) -> Bool {
        left.sinceEpoch < right.sinceEpoch
    }
}

extension Timestamp: CustomStringConvertible {
    /// `2026-11-24T06:00:00Z`, with 3, 6 or 9 digits of a fraction where there is one (RFC 3339).
    public var description: String {
        let (seconds, attoseconds) = sinceEpoch.components
        var message = Google_Protobuf_Timestamp()
        // Protobuf counts the fraction forward, also before 1970.
        message.seconds = attoseconds < 0 ? seconds - 1 : seconds
        let forward = attoseconds < 0 ? attoseconds + 1_000_000_000_000_000_000 : attoseconds
        message.nanos = Int32(truncatingIfNeeded: forward / 1_000_000_000)
        // Within the range, which the initialisers guarantee, this has always a text.
        return (try? message.jsonString()).map { String($0.dropFirst().dropLast()) } ?? "\(seconds)"
    }
}
