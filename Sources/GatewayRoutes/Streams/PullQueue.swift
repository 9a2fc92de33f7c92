/// The messages of one subscription and those who poll for them: decides who gets what, for how long,
/// and when nobody wants any more. Knows neither tasks nor streams nor clocks.
///
/// A message that is handed out is leased: until the deadline, or until it is given back, nobody else
/// gets it; afterwards it is offered again, the oldest first. It is never answered by this, only
/// forgotten when its consumer has answered.
struct PullQueue: Sendable {
    typealias Instant = ContinuousClock.Instant

    /// What a consumer asks for.
    struct Terms: Sendable, Hashable {
        /// How many messages it may have at a time, those that it has not answered yet included.
        var max = 10
        /// How long it may take to answer.
        var ack = Duration.seconds(30)
    }

    /// How much is held, and for how long.
    struct Limits: Sendable {
        /// Once so many messages are held, no more are taken from the sidecar.
        var messages = 1000
        /// Once so many bytes are held, no more are taken from the sidecar; one message always is.
        var bytes = 1 << 20
        /// How long the subscription lasts after the last poll.
        var idle = Duration.seconds(60)
    }

    /// One message, handed out for the `attempt`th time.
    struct Delivery: Sendable, Hashable {
        let message: Int
        let attempt: Int
    }

    /// The end of a poll: what the consumer gets, nothing when its time is up.
    struct Handout: Sendable, Hashable {
        let consumer: Int
        var deliveries: [Delivery] = []
    }

    private struct Lease {
        let consumer: Int
        let until: Instant
    }

    private struct Message {
        let size: Int
        var attempts = 0
        var lease: Lease?
    }

    private struct Poll {
        let consumer: Int
        let terms: Terms
        let deadline: Instant
    }

    private let limits: Limits
    private var messages: [Int: Message] = [:]
    /// The messages that nobody has, in the order in which they came.
    private var waiting: [Int] = []
    private var polls: [Poll] = []
    private var consumers: Set<Int> = []
    private var lastMessage = 0
    private var bytes = 0
    private var lastPoll: Instant

    init(_ limits: Limits = Limits(), now: Instant) {
        self.limits = limits
        lastPoll = now
    }

    /// Whether more messages may be taken from the sidecar.
    var hasRoom: Bool { messages.count < limits.messages && bytes < limits.bytes }

    /// Whether somebody polls, or is about to.
    var isWanted: Bool { !consumers.isEmpty }

    // MARK: - Messages

    /// A message came.
    ///
    /// - Parameter size: how much memory it takes.
    /// - Returns: its number.
    mutating func receive(size: Int, now: Instant) -> (message: Int, [Handout]) {
        lastMessage += 1
        messages[lastMessage] = Message(size: size)
        bytes += size
        waiting.append(lastMessage)
        return (lastMessage, handOut(now))
    }

    /// A consumer has answered a message, so that it is forgotten.
    ///
    /// - Returns: whether it was held, which one whose lease is over may be as well, and who gets
    ///   something now.
    mutating func remove(_ message: Int, now: Instant) -> (wasHeld: Bool, [Handout]) {
        guard let removed = messages.removeValue(forKey: message) else { return (false, []) }
        bytes -= removed.size
        if removed.lease == nil { waiting.removeAll { $0 == message } }
        return (true, handOut(now))
    }

    /// A consumer wants a message to be offered again.
    ///
    /// - Returns: whether it was held, and who gets it.
    mutating func giveBack(_ message: Int, now: Instant) -> (wasHeld: Bool, [Handout]) {
        guard let held = messages[message] else { return (false, []) }
        if held.lease != nil { release(message) }
        return (true, handOut(now))
    }

    /// The stream is lost: its messages cannot be answered any more.
    mutating func forgetMessages() {
        messages = [:]
        waiting = []
        bytes = 0
    }

    // MARK: - Consumers

    /// Somebody will poll.
    mutating func enter(_ consumer: Int, now: Instant) {
        consumers.insert(consumer)
        lastPoll = now
    }

    /// A consumer will not poll any more.
    ///
    /// - Parameter givesBack: whether what it has is offered again at once.
    mutating func leave(_ consumer: Int, givesBack: Bool, now: Instant) -> [Handout] {
        cancel(consumer)
        guard consumers.remove(consumer) != nil else { return [] }
        lastPoll = now
        guard givesBack else { return [] }
        for (number, message) in messages where message.lease?.consumer == consumer {
            release(number)
        }
        return handOut(now)
    }

    /// A consumer waits for messages. It gets what there is, at the deadline perhaps nothing; one
    /// that has as many as it may have waits on.
    mutating func poll(
        _ consumer: Int, _ terms: Terms, until deadline: Instant, now: Instant
    ) -> [Handout] {
        lastPoll = now
        polls.append(Poll(consumer: consumer, terms: terms, deadline: deadline))
        return handOut(now) + timeOut(now)
    }

    /// A consumer waits no longer, without an answer.
    mutating func cancel(_ consumer: Int) {
        polls.removeAll { $0.consumer == consumer }
    }

    private func count(heldBy consumer: Int) -> Int {
        messages.values.count { $0.lease?.consumer == consumer }
    }

    // MARK: - Time

    /// When `woke` is to be called next.
    var due: Instant? {
        var next: Instant? = isWanted ? nil : lastPoll + limits.idle
        for message in messages.values {
            if let until = message.lease?.until { next = Swift.min(next ?? until, until) }
        }
        for poll in polls { next = Swift.min(next ?? poll.deadline, poll.deadline) }
        return next
    }

    /// Time has passed.
    mutating func woke(now: Instant) -> [Handout] {
        for (number, message) in messages {
            if let until = message.lease?.until, until <= now { release(number) }
        }
        return handOut(now) + timeOut(now)
    }

    /// Whether nobody has polled for so long that the subscription can end. Not while somebody still
    /// works on a message: it could not be answered any more.
    func isOver(now: Instant) -> Bool {
        !isWanted && lastPoll + limits.idle <= now
            && messages.values.allSatisfy { $0.lease == nil }
    }

    // MARK: - Pieces

    private mutating func handOut(_ now: Instant) -> [Handout] {
        var handouts: [Handout] = []
        var index = 0
        while index < polls.count, !waiting.isEmpty {
            let poll = polls[index]
            let room = poll.terms.max - count(heldBy: poll.consumer)
            guard room > 0 else {
                index += 1
                continue
            }
            polls.remove(at: index)
            var handout = Handout(consumer: poll.consumer)
            for number in waiting.prefix(room) {
                messages[number]?.lease = Lease(
                    consumer: poll.consumer, until: now + poll.terms.ack)
                messages[number]?.attempts += 1
                handout.deliveries.append(
                    Delivery(message: number, attempt: messages[number]?.attempts ?? 1))
            }
            waiting.removeFirst(handout.deliveries.count)
            handouts.append(handout)
        }
        return handouts
    }

    private mutating func timeOut(_ now: Instant) -> [Handout] {
        let late = polls.filter { $0.deadline <= now }
        guard !late.isEmpty else { return [] }
        polls.removeAll { $0.deadline <= now }
        lastPoll = now
        return late.map { Handout(consumer: $0.consumer) }
    }

    private mutating func release(_ message: Int) {
        messages[message]?.lease = nil
        let place = waiting.firstIndex { $0 > message } ?? waiting.endIndex
        waiting.insert(message, at: place)
    }
}
