import JSON

extension EchoApp {
    /// The subscriptions of the app whose answers were recorded.
    static let recordedSubscriptions: JSONValue = [
        ["pubsubname": "pubsub", "topic": "orders", "route": "/orders"],
        ["pubsubname": "mempubsub", "topic": "orders", "route": "/memorders"],
        [
            "pubsubname": "mempubsub", "topic": "raw", "route": "/memraw",
            "metadata": ["rawPayload": "true"],
        ],
        ["pubsubname": "mempubsub", "topic": "a/b", "route": "/memslash"],
        [
            "pubsubname": "mempubsub", "topic": "drop", "route": "/memdrop",
            "deadLetterTopic": "dead",
        ],
        ["pubsubname": "mempubsub", "topic": "dead", "route": "/memdead"],
        ["pubsubname": "mempubsub", "topic": "retry2", "route": "/memretry2"],
        ["pubsubname": "mempubsub", "topic": "gone", "route": "/memgone"],
        [
            "pubsubname": "mempubsub", "topic": "routed",
            "routes": [
                "rules": [["match": "event.type == \"special\"", "path": "/memspecial"]],
                "default": "/memdefault",
            ],
        ],
    ]

    /// The answer to `/hdrs`: fields of every kind that a sidecar passes on, renames or drops.
    static let manyFields = AppResponse(
        status: 200,
        fields: [
            ("content-type", "application/json"), ("x-echo", "yes"), ("set-cookie", "a=1"),
            ("set-cookie", "b=2"), ("x-multi", "1"), ("x-multi", "2"), ("x-empty", ""),
            ("etag", "\"abc\""), ("cache-control", "no-store"),
            ("www-authenticate", "Basic realm=\"x\""), ("keep-alive", "timeout=5"),
            ("x-hop", "1"), ("connection", "x-hop"), ("dapr-x", "1"), ("dapr-app-id", "evil"),
            ("grpc-status", "3"), ("date", "Thu, 01 Jan 1970 00:00:00 GMT"), ("server", "echo"),
            ("vary", "Accept"),
        ].map { AppField(name: $0.0, value: $0.1) },
        body: Array("{}".utf8))
}
