/// Workflow management, as both APIs offer it.
public protocol WorkflowAPI: Sendable {}
