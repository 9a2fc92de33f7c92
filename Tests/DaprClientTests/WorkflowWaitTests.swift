import Synchronization
import Testing

@testable import DaprClient

/// An instance whose state is the next of a list whenever somebody asks; the last one stays.
private final class FakeWorkflow: WorkflowAPI {
    private let states: Mutex<(left: ArraySlice<WorkflowStatus?>, questions: Int)>
    private let failure: DaprError?

    init(_ states: [WorkflowStatus?], failing failure: DaprError? = nil) {
        self.states = Mutex((states[...], 0))
        self.failure = failure
    }

    var questions: Int { states.withLock(\.questions) }

    func getWorkflow(
        _ instanceID: String, options: CallOptions
    ) async throws(DaprError) -> WorkflowState? {
        let status = states.withLock { state -> WorkflowStatus? in
            state.questions += 1
            return (state.left.count > 1 ? state.left.popFirst() : state.left.first) ?? nil
        }
        if status == nil, let failure { throw failure }
        return status.map { WorkflowState(instanceID: instanceID, name: "w", status: $0) }
    }

    private let unused = DaprError(.notSupported, "not part of this test")

    func startWorkflow(
        _ name: String, instanceID: String?, input: [UInt8], startTime: Timestamp?,
        options: CallOptions
    ) async throws(DaprError) -> String { throw unused }
    func raiseWorkflowEvent(
        _ instanceID: String, event: String, data: [UInt8], options: CallOptions
    ) async throws(DaprError) { throw unused }
    func pauseWorkflow(_ instanceID: String, options: CallOptions) async throws(DaprError) {
        throw unused
    }
    func resumeWorkflow(_ instanceID: String, options: CallOptions) async throws(DaprError) {
        throw unused
    }
    func terminateWorkflow(_ instanceID: String, options: CallOptions) async throws(DaprError) {
        throw unused
    }
    func purgeWorkflow(_ instanceID: String, options: CallOptions) async throws(DaprError) {
        throw unused
    }
}

@Suite("Waiting for a workflow")
struct WorkflowWaitTests {
    enum Goal: CaseIterable {
        case start, completion
    }

    enum End: Equatable {
        case status(WorkflowStatus)
        case error(DaprError.Kind)
    }

    private func wait(
        for goal: Goal, of workflow: FakeWorkflow, timeout: Duration, time: VirtualTime
    ) -> Task<End, Never> {
        let instance = WorkflowInstance(id: "i", api: workflow, time: time.timekeeper)
        return Task {
            do throws(DaprError) {
                let state =
                    switch goal {
                    case .start: try await instance.waitForStart(timeout: timeout)
                    case .completion: try await instance.waitForCompletion(timeout: timeout)
                    }
                return .status(state.status)
            } catch {
                return .error(error.kind)
            }
        }
    }

    @Test(
        "asks after pauses that double up to 5 s, until it is as wanted or the time is up",
        arguments: [
            // goal, what the sidecar answers, timeout in ms, pauses in ms, end
            (.start, [.running], 1000, [], .status(.running)),
            (.start, [.completed], 1000, [], .status(.completed)),
            (.start, [.pending, .running], 1000, [100], .status(.running)),
            (.start, [.pending, .pending, .failed], 1000, [100, 200], .status(.failed)),
            (.start, [.other("UNKNOWN")], 1000, [], .status(.other("UNKNOWN"))),
            (.start, [.pending], 1000, [100, 200, 400, 300], .error(.deadlineExceeded)),
            (.start, [.pending], 0, [], .error(.deadlineExceeded)),
            (.start, [.running], 0, [], .status(.running)),
            (.start, [nil], 1000, [], .error(.notFound)),
            (.completion, [.completed], 0, [], .status(.completed)),
            (.completion, [.running, .terminated], 1000, [100], .status(.terminated)),
            (.completion, [.suspended, .canceled], 1000, [100], .status(.canceled)),
            (
                .completion, [.continuedAsNew, .pending, .running, .failed], 1000, [100, 200, 400],
                .status(.failed)
            ),
            (.completion, [.running, nil], 1000, [100], .error(.notFound)),
            (.completion, [.running], 250, [100, 150], .error(.deadlineExceeded)),
            (
                .completion, [.running], 20_000,
                [100, 200, 400, 800, 1600, 3200, 5000, 5000, 3700], .error(.deadlineExceeded)
            ),
        ] as [(Goal, [WorkflowStatus?], Int, [Int], End)])
    func table(
        goal: Goal, states: [WorkflowStatus?], timeout: Int, pauses: [Int], end: End
    ) async {
        let workflow = FakeWorkflow(states)
        let time = VirtualTime()
        let task = wait(for: goal, of: workflow, timeout: .milliseconds(timeout), time: time)
        for (index, pause) in pauses.enumerated() {
            await time.waitForSleep(index + 1)
            #expect(workflow.questions == index + 1)
            #expect(time.nextPause == .milliseconds(pause))
            time.advance(by: .milliseconds(pause))
        }
        #expect(await task.value == end)
        #expect(workflow.questions == pauses.count + 1)
    }

    @Test("an error of a question ends it", arguments: Goal.allCases)
    func failure(goal: Goal) async {
        let workflow = FakeWorkflow([nil], failing: DaprError(.unavailable, "gone"))
        let task = wait(for: goal, of: workflow, timeout: .seconds(1), time: VirtualTime())
        #expect(await task.value == .error(.unavailable))
    }

    @Test("cancelling the task ends it", arguments: Goal.allCases)
    func cancelled(goal: Goal) async {
        let time = VirtualTime()
        let task = wait(
            for: goal, of: FakeWorkflow([.pending]), timeout: .seconds(1), time: time)
        await time.waitForSleep(1)
        task.cancel()
        time.advance(by: .milliseconds(100))
        #expect(await task.value == .error(.cancelled))
    }
}
