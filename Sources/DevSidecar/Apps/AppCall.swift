import EventLoop

/// A request to an HTTP app, and its answer as soon as it is there. Belongs to the loop's thread.
final class AppCall {
    private var result: Result<AppResponse, AppFailure>?
    private var completion: ((Result<AppResponse, AppFailure>) -> Void)?
    private var onCancel: (() -> Void)?

    /// - Parameter onCancel: ends the work for an answer that nobody wants any more.
    init(onCancel: (() -> Void)? = nil) {
        self.onCancel = onCancel
    }

    var isOver: Bool { result != nil }

    /// Gives the answer; only the first one counts.
    func finish(_ result: Result<AppResponse, AppFailure>) {
        guard self.result == nil else { return }
        self.result = result
        onCancel = nil
        completion.take()?(result)
    }

    /// Gives the request up.
    func cancel() {
        guard result == nil else { return }
        let tell = onCancel.take()
        finish(.failure(.cancelled))
        tell?()
    }

    /// Calls back once with the answer, at once if it is there.
    func whenDone(_ completion: @escaping (Result<AppResponse, AppFailure>) -> Void) {
        if let result { completion(result) } else { self.completion = completion }
    }
}

extension HTTPApp {
    /// Asks the app, and waits as long as it takes. Cancelling the task gives the request up.
    func answer(
        to request: AppRequest, on loop: EventLoop
    ) async throws(AppFailure) -> AppResponse {
        let call = LoopBound(ask(request), on: loop)
        let result = await withTaskCancellationHandler {
            await withCheckedContinuation { (waiter: CheckedContinuation<AppResult, Never>) in
                call.value.whenDone { waiter.resume(returning: $0) }
            }
        } onCancel: {
            loop.execute { call.value.cancel() }
        }
        let answer = try result.get()
        if answer.delay > .zero {
            // A caller that is gone does not wait.
            try? await Task.sleep(for: answer.delay)
        }
        return answer
    }
}

private typealias AppResult = Result<AppResponse, AppFailure>
