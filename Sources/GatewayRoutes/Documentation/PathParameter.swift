import JSON

/// A parameter of a route's template, as it is documented.
struct PathParameter: Sendable {
    /// What may stand there.
    enum Kind: Sendable, Hashable {
        /// The name of a component; `-` stands for the configured one, where one can be configured.
        case component
        /// The name of an app.
        case app
        /// The name of something else: one segment, with few rules.
        case name
        /// A key of a store (`Names.checkKey`).
        case key
        /// What the route says.
        case text
    }

    /// What may stand there.
    let kind: Kind
    /// What it means, in a few words.
    let summary: String
    /// One that works with `daprgw dev`, decoded.
    let example: String

    /// A state, secret, configuration or lock store: `-` is the configured one.
    static let store = PathParameter(
        kind: .component, summary: "a store; '-' is the configured one", example: "-")
    /// A broker: `-` is the configured one.
    static let pubsub = PathParameter(
        kind: .component, summary: "a broker; '-' is the configured one", example: "-")
    /// An app.
    static let app = PathParameter(kind: .app, summary: "the id of an app", example: "echo")
    /// A key of a store.
    static let key = key("orders/17")

    /// A key of a store.
    static func key(_ example: String, _ summary: String = "a key, any UTF-8") -> PathParameter {
        PathParameter(kind: .key, summary: summary, example: example)
    }

    /// Another component.
    static func component(_ example: String, _ summary: String) -> PathParameter {
        PathParameter(kind: .component, summary: summary, example: example)
    }

    /// The name of something that is neither component nor app.
    static func name(_ example: String, _ summary: String) -> PathParameter {
        PathParameter(kind: .name, summary: summary, example: example)
    }

    /// Anything else.
    static func text(_ example: String, _ summary: String) -> PathParameter {
        PathParameter(kind: .text, summary: summary, example: example)
    }

    /// What every value satisfies; which keys are none is said in words, since a pattern of it would
    /// help nobody.
    var schema: Schema {
        switch kind {
        case .component: .named("ComponentName", Self.name)
        case .app: .named("AppName", Self.name)
        case .key: .named("Key", Self.nonEmpty)
        case .name, .text: Self.nonEmpty
        }
    }

    private static let name = Schema([
        "type": "string", "pattern": .string(Names.componentPattern),
    ])
    private static let nonEmpty = Schema(["type": "string", "minLength": 1])
}
