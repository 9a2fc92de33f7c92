import CMemory
import Glibc

/// What the command line says: `PORT CONCURRENCY SECONDS`, or `PORT CONCURRENCY growth CALLS`.
public struct Plan: Sendable {
    enum Extent { case time(Duration), growth(calls: Int) }

    /// Where the sidecar's gRPC API is, on 127.0.0.1.
    public let port: Int
    let concurrency: Int
    let extent: Extent

    /// Reads the arguments from `first` on; ends the program when they make no sense.
    public init(argumentsFrom first: Int = 1) {
        let arguments = CommandLine.arguments.dropFirst(first)
        var numbers = arguments.compactMap(Double.init)
        guard numbers.count == 3 else {
            print("usage: ... PORT CONCURRENCY [growth] SECONDS-OR-CALLS")
            exit(2)
        }
        let last = numbers.removeLast()
        port = Int(numbers[0])
        concurrency = Int(numbers[1])
        extent =
            arguments.contains("growth") ? .growth(calls: Int(last)) : .time(.seconds(last))
    }

    /// Makes calls as the plan says and prints one line of JSON.
    ///
    /// - Parameters:
    ///   - executor: where the callers run; nil leaves it to the runtime's threads.
    ///   - call: one call; throws when the answer is not the right one.
    public func run(
        on executor: (any TaskExecutor)? = nil, _ call: @escaping @Sendable () async throws -> Void
    ) async throws {
        func calls(_ time: Duration, _ most: Int) async throws -> Int {
            try await callers(concurrency, on: executor, for: time, most: most, call)
        }
        switch extent {
        case .time(let time):
            _ = try await calls(.milliseconds(300), .max)
            let start = ContinuousClock.now
            let cpu = cpuSeconds()
            let count = try await calls(time, .max)
            let spent = cpuSeconds() - cpu
            let elapsed = (ContinuousClock.now - start) / .seconds(1)
            print(#"{"calls": \#(count), "seconds": \#(elapsed), "cpu": \#(spent)}"#)
        case .growth(let most):
            _ = try await calls(.seconds(600), most / 20)
            let before = (live: memory_live(), resident: memory_resident())
            let count = try await calls(.seconds(600), most)
            let after = (live: memory_live(), resident: memory_resident())
            print(
                #"{"calls": \#(count), "live": [\#(before.live), \#(after.live)], "#
                    + #""rss": [\#(before.resident), \#(after.resident)]}"#)
        }
    }
}

/// Lets so many tasks call until the time is over or each has made its share of `most` calls.
private func callers(
    _ concurrency: Int, on executor: (any TaskExecutor)?, for time: Duration, most: Int,
    _ call: @escaping @Sendable () async throws -> Void
) async throws -> Int {
    let end = ContinuousClock.now + time
    return try await withThrowingTaskGroup { group in
        for _ in 0..<concurrency {
            group.addTask(executorPreference: executor) {
                var count = 0
                while count < most / concurrency, ContinuousClock.now < end {
                    try await call()
                    count += 1
                }
                return count
            }
        }
        return try await group.reduce(0, +)
    }
}

/// What this process has used, user and system.
private func cpuSeconds() -> Double {
    var time = timespec()
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time)
    return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
}
