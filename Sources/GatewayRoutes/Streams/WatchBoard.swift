import DaprClient

/// What is known of the configuration items that clients watch, and who waits for news of which:
/// decides who is to be told, and what nobody watches any more. Knows neither tasks nor clocks.
struct WatchBoard: Sendable {
    typealias Instant = ContinuousClock.Instant

    /// What one subscription to the sidecar is about.
    struct Subject: Sendable, Hashable {
        var store: String
        /// Nil for all keys.
        var key: String?
        var metadata: [String: String] = [:]
    }

    /// A subject, and how much of it somebody knows.
    struct Cursor: Sendable, Hashable {
        let subject: Subject
        /// A subject that was given up and taken up again is another one.
        let generation: Int
        /// Nil when it is nothing yet.
        var revision: Int?
    }

    /// What somebody does not know yet.
    enum News: Sendable, Hashable {
        /// Everything there is.
        case state([String: ConfigurationItem])
        /// What changed, one after the other.
        case changes([ConfigurationChange])
    }

    private struct Watch {
        let generation: Int
        /// Nil until the sidecar has told.
        var items: [String: ConfigurationItem]?
        var revision = 0
        /// The latest changes; the last one led to `revision`.
        var log: [ConfigurationChange] = []
        var watchers = 0
        var idleSince: Instant?
    }

    private struct Waiter {
        let cursors: [Cursor]
        let deadline: Instant
    }

    private let idle: Duration
    private var watches: [Subject: Watch] = [:]
    private var waiters: [Int: Waiter] = [:]
    private var lastGeneration = 0

    /// Who is further behind is told the state, not the changes.
    static let longestLog = 16

    /// - Parameter idle: how long a subject is followed after the last watcher left.
    init(idle: Duration) {
        self.idle = idle
    }

    /// How many subjects are followed.
    var count: Int { watches.count }

    /// Whether a subject is followed.
    func follows(_ subject: Subject) -> Bool { watches[subject] != nil }

    // MARK: - Watchers

    /// Somebody watches a subject from now on.
    ///
    /// - Returns: where to begin, and whether it has to be followed from now on.
    mutating func enter(_ subject: Subject) -> (cursor: Cursor, isNew: Bool) {
        let known = watches[subject]
        if known == nil { lastGeneration += 1 }
        var watch = known ?? Watch(generation: lastGeneration)
        watch.watchers += 1
        watch.idleSince = nil
        watches[subject] = watch
        return (Cursor(subject: subject, generation: watch.generation), known == nil)
    }

    /// Somebody does not watch a subject any more.
    mutating func leave(_ cursor: Cursor, now: Instant) {
        guard isFollowed(cursor), var watch = watches[cursor.subject] else { return }
        watch.watchers -= 1
        if watch.watchers == 0 { watch.idleSince = now }
        watches[cursor.subject] = watch
    }

    /// Whether there will be news for a cursor.
    func isFollowed(_ cursor: Cursor) -> Bool {
        watches[cursor.subject]?.generation == cursor.generation
    }

    /// Moves cursors to what is known now.
    ///
    /// - Returns: what they did not know, none when there are no news. Nothing is told before
    ///   everything that they are about was told for a first time.
    func news(for cursors: inout [Cursor]) -> [(subject: Subject, news: News)] {
        var all: [(subject: Subject, news: News)] = []
        var moved = cursors
        for index in moved.indices {
            let subject = moved[index].subject
            guard let watch = watches[subject], let items = watch.items else { return [] }
            let missed = moved[index].revision.map { watch.revision - $0 }
            if missed == 0 { continue }
            if let missed, missed <= watch.log.count {
                all.append((subject, .changes(Array(watch.log.suffix(missed)))))
            } else {
                all.append((subject, .state(items)))
            }
            moved[index].revision = watch.revision
        }
        cursors = moved
        return all
    }

    /// Somebody waits for news, which `news(for:)` did not have.
    mutating func wait(_ waiter: Int, for cursors: [Cursor], until deadline: Instant) {
        waiters[waiter] = Waiter(cursors: cursors, deadline: deadline)
    }

    /// Somebody waits no longer.
    mutating func cancel(_ waiter: Int) {
        waiters[waiter] = nil
    }

    // MARK: - What the sidecar says

    /// A subject has changed, or is known for the first time.
    ///
    /// - Returns: who waits no longer.
    mutating func tell(_ cursor: Cursor, _ change: ConfigurationChange) -> [Int] {
        let subject = cursor.subject
        guard isFollowed(cursor), var watch = watches[subject] else { return [] }
        if watch.items != nil {
            watch.log.append(change)
            if watch.log.count > Self.longestLog { watch.log.removeFirst() }
        }
        watch.items = change.items
        watch.revision += 1
        watches[subject] = watch
        return release { $0.subject == subject }
    }

    /// A subject cannot be followed any more.
    ///
    /// - Returns: who waited for it.
    mutating func forget(_ cursor: Cursor) -> [Int] {
        guard isFollowed(cursor) else { return [] }
        watches[cursor.subject] = nil
        return release { $0.subject == cursor.subject }
    }

    private mutating func release(_ isConcerned: (Cursor) -> Bool) -> [Int] {
        let released = waiters.filter { $0.value.cursors.contains(where: isConcerned) }.map(\.key)
        for waiter in released { waiters[waiter] = nil }
        return released
    }

    // MARK: - Time

    /// When `woke` is to be called next.
    var due: Instant? {
        var due: Instant?
        for watch in watches.values {
            if let since = watch.idleSince { due = min(due ?? since + idle, since + idle) }
        }
        for waiter in waiters.values { due = min(due ?? waiter.deadline, waiter.deadline) }
        return due
    }

    /// Time has passed.
    ///
    /// - Returns: whose time is up, and which subjects nobody wants any more.
    mutating func woke(now: Instant) -> (late: [Int], unwanted: [Subject]) {
        let late = waiters.filter { $0.value.deadline <= now }.map(\.key)
        for waiter in late { waiters[waiter] = nil }
        let unwanted = watches.filter { watch in
            watch.value.idleSince.map { $0 + idle <= now } ?? false
        }.map(\.key)
        for subject in unwanted { watches[subject] = nil }
        return (late, unwanted)
    }
}
