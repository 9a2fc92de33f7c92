extension DaprClient {
    /// Whether the sidecar, and the app it waits for, are ready. Never throws: no answer is no.
    public func isHealthy(options: CallOptions = CallOptions()) async -> Bool {
        do throws(DaprError) {
            try await api.checkHealth(outbound: false, options: options)
            return true
        } catch {
            return false
        }
    }

    /// Waits until the sidecar can be used: its components are loaded, whether or not the app that
    /// it belongs to answers.
    ///
    /// It asks at once, then after 100 ms, and less and less often down to once a second.
    ///
    /// - Parameter timeout: how long to wait in all.
    /// - Throws: `.unauthenticated` as soon as the sidecar is up but refuses the API token;
    ///   `.deadlineExceeded`, with the last failure in its text; `.cancelled`.
    public func waitUntilReady(timeout: Duration = .seconds(60)) async throws(DaprError) {
        let end = ContinuousClock.now + timeout
        var pause: Duration = .milliseconds(100)
        var reason = "no answer"
        while true {
            let failure: DaprError
            do throws(DaprError) {
                let left = end - ContinuousClock.now
                let options = CallOptions(timeout: max(min(left, .seconds(5)), .milliseconds(1)))
                try await api.checkHealth(outbound: true, options: options)
                // Health needs no token, so that a refused one would only show later.
                _ = try await api.getMetadata(options: options)
                return
            } catch {
                failure = error
            }
            if failure.kind == .unauthenticated || failure.kind == .cancelled { throw failure }
            // Of an attempt that had no time left one learns nothing.
            if failure.kind != .deadlineExceeded || reason == "no answer" {
                reason = failure.message
            }
            guard ContinuousClock.now + pause < end else {
                throw DaprError(
                    .deadlineExceeded,
                    "the sidecar was not ready within \(timeout): \(reason)")
            }
            do {
                try await Task.sleep(for: pause)
            } catch {
                throw DaprError(.cancelled, "the call was cancelled")
            }
            pause = min(pause * 2, .seconds(1))
        }
    }
}
