import DaprProtos
import SwiftProtobuf

// What both jobs and reminders say about failed runs.
extension FailurePolicy {
    func message() throws(DaprError) -> Dapr_Proto_Common_V1_JobFailurePolicy {
        var message = Dapr_Proto_Common_V1_JobFailurePolicy()
        switch self {
        case .drop: message.drop = .init()
        case .retry(let interval, let maxRetries):
            guard interval >= .zero else {
                throw DaprError(
                    .invalidArgument, "the interval of a failure policy is negative",
                    isUnprocessed: true)
            }
            message.constant.interval = Google_Protobuf_Duration(rounding: interval)
            if let maxRetries { message.constant.maxRetries = maxRetries }
        }
        return message
    }

    /// Nil for a policy of a later sidecar.
    init?(_ message: Dapr_Proto_Common_V1_JobFailurePolicy) {
        switch message.policy {
        case .drop: self = .drop
        case .constant(let constant):
            self = .retry(
                interval: .seconds(constant.interval.seconds)
                    + .nanoseconds(Int64(constant.interval.nanos)),
                maxRetries: constant.hasMaxRetries ? constant.maxRetries : nil)
        case nil: return nil
        }
    }
}
