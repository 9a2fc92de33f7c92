/// Which actor.
struct ActorKey: Hashable {
    var type: String
    var id: String

    /// Why a name cannot be part of an actor's address; nil when it can.
    static func fault(_ name: String) -> String? {
        if name.isEmpty { return "must not be empty" }
        if name == "." || name == ".." { return "must not be '.' or '..'" }
        let isFine = name.utf8.allSatisfy { byte in
            byte >= 0x20 && byte != 0x7F && !"#?/\\".utf8.contains(byte)
        }
        return isFine ? nil : "must not contain '#', '?', '/', '\\' or control characters"
    }
}

/// The turns of one actor: one caller at a time, the others wait in the order of their coming.
///
/// Belongs to the loop's thread.
final class ActorTurns {
    private var isTaken = false
    private var waiting: [(number: Int, continuation: CheckedContinuation<Bool, Never>)] = []
    private var lastNumber = 0

    /// Whether nobody has a turn or waits for one.
    var isIdle: Bool { !isTaken }

    /// A number for a caller that may have to be withdrawn.
    func number() -> Int {
        lastNumber += 1
        return lastNumber
    }

    /// Waits for the turn.
    ///
    /// - Returns: whether the caller has it; false when it was withdrawn.
    func take(_ number: Int) async -> Bool {
        guard isTaken else {
            isTaken = true
            return true
        }
        return await withCheckedContinuation { waiting.append((number, $0)) }
    }

    /// A caller is gone.
    func withdraw(_ number: Int) {
        guard let index = waiting.firstIndex(where: { $0.number == number }) else { return }
        waiting.remove(at: index).continuation.resume(returning: false)
    }

    /// The turn is over: the next caller has it.
    func give() {
        guard !waiting.isEmpty else {
            isTaken = false
            return
        }
        waiting.removeFirst().continuation.resume(returning: true)
    }
}
