/// The workflow instances of a sidecar, in memory and bounded.
///
/// There are no workers, so every name is a workflow: an instance runs until it is terminated.
final class WorkflowInstances {
    /// One instance.
    struct Instance {
        var name: String
        var input: String
        /// Nanoseconds since 1970, as all times here.
        var createdAt: Int64
        var updatedAt: Int64
        /// When it begins to run.
        var start: Int64
        var isSuspended = false
        var isTerminated = false
        /// The names of the events that were raised, the latest last.
        var events: [String] = []

        func status(at now: Int64) -> String {
            if isTerminated { return "TERMINATED" }
            if isSuspended { return "SUSPENDED" }
            return now < start ? "PENDING" : "RUNNING"
        }
    }

    /// What goes wrong, in the words of the engine.
    enum Fault: Error {
        case unknown
        case failed(String)
    }

    /// How much is kept.
    struct Limits {
        var instances = 10_000
        /// Of all inputs together.
        var bytes = 64 << 20
        /// Of one instance.
        var events = 100
    }

    private let clock: WallClock
    private let limits: Limits
    private var instances: [ExactText: Instance] = [:]
    private var byteCount = 0

    init(clock: WallClock, limits: Limits = Limits()) {
        self.clock = clock
        self.limits = limits
    }

    /// All of them, by id.
    var all: [(id: String, instance: Instance)] {
        instances.map { (id: $0.key.text, instance: $0.value) }.sorted { $0.id < $1.id }
    }

    /// The time now.
    var now: Int64 { clock.nanoseconds }

    subscript(id: String) -> Instance? { instances[ExactText(text: id)] }

    /// Starts an instance, in place of a terminated one of the same id.
    ///
    /// - Parameter start: when it begins to run; nil is now.
    func start(_ id: String, name: String, input: String, at start: Int64?) throws(Fault) {
        let key = ExactText(text: id)
        let old = instances[key]
        guard old?.isTerminated ?? true else {
            throw .failed("an active workflow with ID '\(id)' already exists")
        }
        let size = byteCount + input.utf8.count - (old?.input.utf8.count ?? 0)
        guard old != nil || instances.count < limits.instances, size <= limits.bytes else {
            throw .failed("there are too many workflow instances: purge some")
        }
        byteCount = size
        let now = now
        instances[key] = Instance(
            name: name, input: input, createdAt: now, updatedAt: now, start: start ?? now)
    }

    /// Gives an event to an instance.
    func raise(_ event: String, for id: String) throws(Fault) {
        try change(id) { instance in
            if instance.events.count == limits.events { instance.events.removeFirst() }
            instance.events.append(event)
        }
    }

    /// Stops an instance for a while, or goes on with it.
    func suspend(_ id: String, _ isSuspended: Bool) throws(Fault) {
        try change(id) { $0.isSuspended = isSuspended }
    }

    /// Ends an instance.
    func terminate(_ id: String) throws(Fault) {
        try change(id) { $0.isTerminated = true }
    }

    /// Forgets an instance that has ended.
    func purge(_ id: String) throws(Fault) {
        let key = ExactText(text: id)
        guard let instance = instances[key] else { throw .unknown }
        guard instance.isTerminated else { throw .failed("orchestration has not yet completed") }
        instances[key] = nil
        byteCount -= instance.input.utf8.count
    }

    /// What reaches an instance that has ended changes nothing.
    private func change(_ id: String, _ action: (inout Instance) -> Void) throws(Fault) {
        let key = ExactText(text: id)
        guard var instance = instances[key] else { throw .unknown }
        guard !instance.isTerminated else { return }
        action(&instance)
        instance.updatedAt = now
        instances[key] = instance
    }
}
