/// What a route tells the world about itself, beyond what it is matched by: the source of
/// `/openapi.json`, of the page for browsers and of the tests that hold for every route.
///
/// What follows from the route itself (`Route.problems`) is not repeated here.
struct RouteDocumentation: Sendable {
    /// The building block.
    let group: RouteGroup
    /// The parameters of the template, in its order.
    let path: [PathParameter]
    /// The header fields of requests that mean something here.
    let fields: [RequestField]
    /// What the body of a request is; nil when there is none.
    let content: RequestContent?
    /// How it answers when all goes well.
    let answers: [Answer]
    /// The problems that do not follow from what the route is.
    let problems: [ProblemType]

    init(
        _ group: RouteGroup, path: [PathParameter] = [], fields: [RequestField] = [],
        content: RequestContent? = nil, answers: [Answer], problems: [ProblemType] = []
    ) {
        self.group = group
        self.path = path
        self.fields = fields
        self.content = content
        self.answers = answers
        self.problems = problems
    }
}
