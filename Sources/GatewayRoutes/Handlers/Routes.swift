extension Facade {
    /// All routes of the facade, in the order of the front page.
    static let routes: [Route] =
        StateRoutes.routes + StateQueryRoutes.routes + PublishRoutes.routes + InvokeRoutes.routes
        + BindingRoutes.routes + SecretRoutes.routes + ActorRoutes.routes + WorkflowRoutes.routes
        + CryptographyRoutes.routes + JobRoutes.routes + ConversationRoutes.routes
        + MetadataRoutes.routes + PageRoutes.routes
}
