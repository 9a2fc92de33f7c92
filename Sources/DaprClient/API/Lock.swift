/// What came of giving a lock back, with the numbers of Dapr's API.
public enum UnlockResult: Int, Sendable, CaseIterable {
    /// It is free.
    case success = 0
    /// Nobody holds it; perhaps it expired.
    case doesNotExist = 1
    /// Somebody else holds it: it expired, or was never the caller's.
    case belongsToOthers = 2
    /// The component failed.
    case internalError = 3
}

/// What both transports check.
enum LockExpiry {
    /// The seconds of an expiry.
    static func seconds(_ expiry: Duration) throws(DaprError) -> Int32 {
        let (seconds, fraction) = expiry.components
        guard fraction == 0, seconds > 0, let seconds = Int32(exactly: seconds) else {
            throw DaprError(
                .invalidArgument,
                "a lock expires after whole seconds, from 1 to \(Int32.max), not \(expiry)",
                isUnprocessed: true)
        }
        return seconds
    }
}

extension UnlockResult {
    /// A result by its number in the API.
    init(number: Int) throws(DaprError) {
        guard let result = UnlockResult(rawValue: number) else {
            throw DaprError(
                .malformedResponse, "the sidecar's answer has the unknown status \(number)")
        }
        self = result
    }
}
