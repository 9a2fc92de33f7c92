extension Facade {
    /// All routes of the facade, in the order of the front page.
    static let routes: [Route] =
        StateRoutes.routes + PublishRoutes.routes + InvokeRoutes.routes + SecretRoutes.routes
        + SubscriptionRoutes.routes + ConfigurationRoutes.routes
        + MetadataRoutes.routes + PageRoutes.routes

    /// Those that a configuration has.
    static func routes(with settings: FacadeSettings) -> [Route] {
        routes + (settings.allowsNativeAPI ? NativeRoutes.routes : [])
    }
}
