extension Facade {
    /// All routes of the facade, in the order of the front page.
    static let routes: [Route] =
        StateRoutes.routes + PublishRoutes.routes + InvokeRoutes.routes + SecretRoutes.routes
        + MetadataRoutes.routes + GRPCRoutes.routes + PageRoutes.routes
}
