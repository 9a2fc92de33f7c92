import DaprClient
import HTTPMessage
import Synchronization

/// Ends a streamed call in which nothing moves any more: neither the caller's body nor the answer.
///
/// A body that trickles in keeps the call alive, though the sidecar may wait for more of it before it
/// answers; that the caller reads the response is the server's to watch.
final class IdleWatch: Sendable {
    private let limit: Duration
    private let pause: @Sendable (Duration) async throws -> Void
    private let moved = Atomic<Int>(0)
    private let bodyEnded = Atomic<Bool>(false)

    /// Whether all of the caller's body was read.
    var hasWholeBody: Bool { bodyEnded.load(ordering: .relaxed) }

    /// - Parameters:
    ///   - limit: how long nothing may move; a call ends after at most twice that time.
    ///   - pause: lets time pass.
    init(_ limit: Duration, pause: @escaping @Sendable (Duration) async throws -> Void) {
        self.limit = limit
        self.pause = pause
    }

    /// Something moved.
    func touch() {
        moved.wrappingAdd(1, ordering: .relaxed)
    }

    /// The caller's body came to its end.
    func endBody() {
        bodyEnded.store(true, ordering: .relaxed)
    }

    /// The next piece of the answer; nil at its end.
    ///
    /// - Throws: `.deadlineExceeded` when nothing moved for too long.
    func next(of stream: CryptographyStream) async throws(DaprError) -> [UInt8]? {
        let piece = await withTaskGroup(of: Outcome.self, returning: Outcome.self) { group in
            group.addTask {
                var iterator = stream.makeAsyncIterator()
                do throws(DaprError) {
                    return .piece(try await iterator.next())
                } catch {
                    return .failure(error)
                }
            }
            group.addTask { await self.standstill() }
            let first = await group.next()
            group.cancelAll()
            return first ?? .piece(nil)
        }
        touch()
        switch piece {
        case .piece(let piece): return piece
        case .failure(let error): throw error
        }
    }

    private enum Outcome: Sendable {
        case piece([UInt8]?)
        case failure(DaprError)
    }

    /// Returns when nothing has moved for the whole limit, or when the task is cancelled.
    private func standstill() async -> Outcome {
        while true {
            let before = moved.load(ordering: .relaxed)
            do {
                try await pause(limit)
            } catch {
                return .failure(DaprError(.cancelled, "the call was cancelled"))
            }
            guard moved.load(ordering: .relaxed) == before else { continue }
            return .failure(
                DaprError(
                    .deadlineExceeded, "nothing moved in the stream for \(limit.textWithUnit)"))
        }
    }
}

/// A value that is handed out once.
final class Once<Value: Sendable>: Sendable {
    private let value: Mutex<Value?>

    init(_ value: Value) {
        self.value = Mutex(value)
    }

    func take() -> Value? {
        value.withLock { $0.take() }
    }
}

extension DaprBody {
    /// The body of a request, whose pieces keep a streamed call alive.
    init(_ body: Body, watched watch: IdleWatch) {
        switch body {
        case .empty:
            watch.endBody()
            self = .empty
        case .bytes(let bytes):
            watch.endBody()
            self = .bytes(bytes)
        case .stream(let stream):
            self = .stream(length: stream.length) {
                let piece = try await stream.next()
                watch.touch()
                if piece == nil { watch.endBody() }
                return piece
            }
        }
    }
}
