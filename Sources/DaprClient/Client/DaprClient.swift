import EventLoop

/// A client of a Dapr sidecar.
public final class DaprClient: Sendable {
}
