import Glibc

/// What this process uses, for metrics (`proc(5)`, `getrusage(2)`).
public struct ProcessStatistics: Sendable, Hashable {
    /// CPU time, user and system.
    public let cpuTime: Duration
    /// Resident memory, in bytes.
    public let residentMemory: Int
    /// Virtual memory, in bytes.
    public let virtualMemory: Int
    /// Open file descriptors.
    public let openDescriptors: Int
    /// The soft limit of open file descriptors.
    public let maxDescriptors: Int

    /// The process as it is now.
    public static func current() -> ProcessStatistics {
        var usage = rusage()
        // Cannot fail: the argument is a local value.
        unsafe getrusage(RUSAGE_SELF.rawValue, &usage)
        var limit = rlimit()
        unsafe getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit)
        let pageSize = sysconf(Int32(_SC_PAGESIZE))
        let pages = (try? SystemFiles.read("/proc/self/statm"))
            .map {
                String(decoding: $0, as: UTF8.self).split(separator: " ").compactMap { Int($0) }
            }
        return ProcessStatistics(
            cpuTime: usage.ru_utime.duration + usage.ru_stime.duration,
            residentMemory: (pages?.dropFirst().first ?? 0) * pageSize,
            virtualMemory: (pages?.first ?? 0) * pageSize,
            // Without the one that counts them.
            openDescriptors: max(0, (SystemFiles.entryCount(of: "/proc/self/fd") ?? 1) - 1),
            maxDescriptors: Int(clamping: limit.rlim_cur))
    }

    /// The number of processors that are online.
    public static var processorCount: Int { max(1, sysconf(Int32(_SC_NPROCESSORS_ONLN))) }

    /// Seconds since the epoch, for the start time of the process.
    public static var wallClockSeconds: Double {
        var time = timespec()
        // Cannot fail: the argument is a local value.
        unsafe clock_gettime(CLOCK_REALTIME, &time)
        return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
    }
}

extension timeval {
    fileprivate var duration: Duration {
        .seconds(Int64(tv_sec)) + .microseconds(Int64(tv_usec))
    }
}
