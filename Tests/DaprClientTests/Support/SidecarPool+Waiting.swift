import EventLoop

@testable import DaprClient

extension SidecarPool {
    var timerCount: Int { loop.timerCount }

    /// Waits until so many streams are open, which resets reach a little later.
    func waitForStreams(_ count: Int) async {
        for _ in 0..<5000 where statistics.openStreams != count {
            await withCheckedContinuation { waiter in
                loop.schedule(after: .milliseconds(1)) { waiter.resume() }
            }
        }
    }
}
