import Glibc

/// A mutual exclusion lock that ThreadSanitizer understands.
///
/// `Synchronization.Mutex` would do, but on Linux it is a bare futex that the sanitizer cannot see,
/// and it then reports races inside correctly locked code.
@safe final class Lock: @unchecked Sendable {
    // Sound as Sendable: the only state is a pthread mutex, which is made for use by many threads.
    // It sits behind a pointer because a mutex must not move once it is initialised.
    private let mutex: UnsafeMutablePointer<pthread_mutex_t>

    init() {
        unsafe mutex = .allocate(capacity: 1)
        unsafe mutex.initialize(to: pthread_mutex_t())
        unsafe pthread_mutex_init(mutex, nil)
    }

    deinit {
        unsafe pthread_mutex_destroy(mutex)
        unsafe mutex.deallocate()
    }

    func withLock<Result: ~Copyable, Failure: Error>(
        _ body: () throws(Failure) -> Result
    ) throws(Failure) -> Result {
        unsafe pthread_mutex_lock(mutex)
        defer { unsafe pthread_mutex_unlock(mutex) }
        return try body()
    }
}
