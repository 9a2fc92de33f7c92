/// The version of the gateway.
public enum Version {
    /// The current one (Semantic Versioning).
    public static let current = "0.1.0"
}
