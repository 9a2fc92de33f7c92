extension Facade {
    /// All routes of the facade, in the order of the front page.
    static let routes: [Route] =
        StateRoutes.routes + StateQueryRoutes.routes + PublishRoutes.routes
        + SubscriptionRoutes.routes + InvokeRoutes.routes + BindingRoutes.routes
        + SecretRoutes.routes + ConfigurationRoutes.routes + ActorRoutes.routes
        + WorkflowRoutes.routes + CryptographyRoutes.routes + JobRoutes.routes
        + ConversationRoutes.routes
        + MetadataRoutes.routes + PageRoutes.routes

    /// Those that a configuration has.
    static func routes(with settings: FacadeSettings) -> [Route] {
        routes + (settings.allowsNativeAPI ? NativeRoutes.routes : [])
    }
}
