/// Which building blocks a sidecar has.
enum BuildingBlocks {
    /// All blocks, in the order in which they are asked.
    static func make(_ context: SidecarContext) throws -> [any BuildingBlock] {
        let apps = try AppDirectory(context.configuration, on: context.loop)
        let actors = ActorsBlock(context, apps: apps)
        let metadata = MetadataBlock(context, app: apps.own, actors: actors)
        let blocks: [any BuildingBlock] = [
            StateBlock(context),
            try SecretsBlock(context),
            try ConfigurationBlock(context, app: apps.own),
            LockBlock(context),
            OutageBlock(context),
            metadata,
            actors,
            WorkflowBlock(context),
            JobsBlock(context, app: apps.own),
            ConversationBlock(context),
            HealthBlock(context),
            ShutdownBlock(context),
            PubSubBlock(context: context, apps: apps),
            InvokeBlock(context: context, apps: apps),
            CryptographyBlock(context),
            try BindingsBlock(context, apps: apps),
        ]
        metadata.subscriptionList = { blocks.flatMap(\.subscriptions) }
        return blocks
    }

    /// What the public port serves of them.
    static func publicOnes(
        _ context: SidecarContext, _ blocks: [any BuildingBlock]
    ) -> [any BuildingBlock] {
        blocks.filter { $0 is MetadataBlock || $0 is HealthBlock }
    }
}
