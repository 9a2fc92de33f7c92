import DaprProtos
import SwiftProtobuf

// Jobs as both APIs have them: as a message, which over HTTP is in JSON.
extension Job {
    typealias Message = Dapr_Proto_Runtime_V1_Job

    /// - Throws: `.invalidArgument` for a job that no sidecar would take.
    func message() throws(DaprError) -> Message {
        guard !name.allSatisfy(\.isWhitespace) else {
            throw DaprError(.invalidArgument, "the name of the job is empty", isUnprocessed: true)
        }
        guard schedule != nil || dueTime != nil else {
            throw DaprError(
                .invalidArgument, "a job needs a schedule or a due time", isUnprocessed: true)
        }
        var message = Message()
        message.name = name
        if let schedule { message.schedule = schedule.text }
        if let repeats { message.repeats = repeats }
        if let dueTime { message.dueTime = try dueTime.text(of: "due time") }
        if let ttl { message.ttl = try ttl.text(of: "time to live") }
        if let data { message.data = try data.packed() }
        if let failurePolicy { message.failurePolicy = try failurePolicy.message() }
        return message
    }

    init(_ message: Message) {
        self.init(
            name: message.name,
            schedule: message.hasSchedule ? JobSchedule(message.schedule) : nil,
            repeats: message.hasRepeats ? message.repeats : nil,
            dueTime: message.hasDueTime ? ScheduleTime(answered: message.dueTime) : nil,
            ttl: message.hasTtl ? ScheduleTime(answered: message.ttl) : nil,
            data: message.hasData ? JobData(message.data) : nil,
            failurePolicy: message.hasFailurePolicy
                ? FailurePolicy(message.failurePolicy) : nil)
    }
}

extension JobData {
    func packed() throws(DaprError) -> Google_Protobuf_Any {
        do {
            switch self {
            case .json(let text):
                return try Google_Protobuf_Any(message: Google_Protobuf_Value(jsonUTF8Bytes: text))
            case .bytes(let bytes):
                return try Google_Protobuf_Any(message: Google_Protobuf_BytesValue(bytes.data))
            }
        } catch {
            throw DaprError(
                .invalidArgument, "the data of the job is not JSON: \(error)", isUnprocessed: true)
        }
    }

    /// What others scheduled may be in other messages: then these are the bytes.
    init(_ packed: Google_Protobuf_Any) {
        if let value = try? Google_Protobuf_Value(unpackingAny: packed),
            let text: [UInt8] = try? value.jsonUTF8Bytes()
        {
            self = .json(text)
        } else if let value = try? Google_Protobuf_BytesValue(unpackingAny: packed) {
            self = .bytes(value.value.array)
        } else if let value = try? Google_Protobuf_StringValue(unpackingAny: packed) {
            self = .bytes(Array(value.value.utf8))
        } else {
            self = .bytes(packed.value.array)
        }
    }
}
