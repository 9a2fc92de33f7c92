@testable import DaprClient

extension FakeDapr {
    /// What the building blocks answer that keep nothing.
    struct Answers {
        var query = StateQueryResult()
        var binding = BindingResult()
        var actor: [UInt8] = []
        var actorState: [String: ActorStateValue] = [:]
        var actorOperations: [ActorStateOperation] = []
        var reminder: RegisteredReminder?
        var registeredReminder: ActorReminder?
        var registeredTimer: ActorTimer?
        /// One after the other; the last one stays.
        var workflows: [WorkflowState] = []
        var job: Job?
        var scheduledJob: Job?
        var question: ConversationRequest?
        var conversation = ConversationResponse(contextID: nil, outputs: [])
        /// What encryption and decryption give, piece by piece, after they read everything.
        var pieces: [[UInt8]] = []
        /// How their answer ends.
        var failure: DaprError?
        /// Whether their answer never ends.
        var isStuck = false
        /// Whether somebody waits for what never comes.
        var isAwaited = false
        var encryption: EncryptionOptions?
        /// What they were given.
        var content: [UInt8] = []
    }

    /// Bytes in a recorded call.
    func text(_ bytes: [UInt8]) -> String { String(decoding: bytes, as: UTF8.self) }

    /// Metadata in a recorded call.
    func text(_ metadata: [String: String]) -> String {
        metadata.sorted { $0.key < $1.key }.map { " \($0.key)=\($0.value)" }.joined()
    }
}
