import DaprClient
import ProtobufJSON

/// The messages of one method, between JSON and wire format, by what the configuration or the app
/// says about them.
struct GRPCTranscoder: Sendable {
    let target: GRPCTarget
    private(set) var method: RPCMethod
    private var pool: DescriptorPool
    /// Where the app was asked: what it can be asked to add to.
    private var files: DescriptorFiles?

    /// How many types of messages inside `google.protobuf.Any` one message may make us ask for.
    private static let maximumLookups = 8

    /// Finds the method.
    init(_ target: GRPCTarget, _ context: RequestContext) async throws(GatewayError) {
        self.target = target
        pool = context.settings.descriptors
        if !pool.contains(service: target.service) {
            switch try await Self.schema(target, context) {
            case .described(let pool, let files):
                self.pool = pool
                self.files = files
            case .noSuchService:
                throw GatewayError(
                    .notFound, "'\(target.app)' has no service '\(target.service)'")
            case .noReflection:
                throw GatewayError(
                    .notSupported,
                    "nothing describes '\(target.service)', so it takes no JSON: name a descriptor "
                        + "set in the configuration, let the app serve gRPC reflection, or send "
                        + "application/x-protobuf")
            }
        }
        guard let method = pool.method(target.method, of: target.service) else {
            throw GatewayError(
                .notFound, "'\(target.service)' has no method '\(target.method)'")
        }
        self.method = method
    }

    private static func schema(
        _ target: GRPCTarget, _ context: RequestContext
    ) async throws(GatewayError) -> GRPCSchema {
        let schemas = context.facade.schemas
        if let known = await schemas.schema(of: target.service, app: target.app) { return known }
        let schema = try await ServerReflection(app: target.app, context: context)
            .schema(of: target.service)
        await schemas.store(schema, of: target.service, app: target.app)
        return schema
    }

    /// The request's message.
    mutating func message(
        fromJSON json: [UInt8], _ context: RequestContext
    ) async throws(GatewayError) -> [UInt8] {
        try await transcode(context, .invalidBody, "") { pool, method throws(TranscodingError) in
            try pool.message(fromJSON: json, as: method.input)
        }
    }

    /// A message of the app as JSON.
    mutating func json(
        fromMessage message: [UInt8], _ context: RequestContext
    ) async throws(GatewayError) -> [UInt8] {
        try await transcode(context, .malformedAnswer, "the app's message: ") {
            pool, method throws(TranscodingError) in
            try pool.json(fromMessage: message, as: method.output)
        }
    }

    /// The same, where the app cannot be asked for more.
    func json(fromMessage message: [UInt8]) throws(GatewayError) -> [UInt8] {
        do throws(TranscodingError) {
            return try pool.json(fromMessage: message, as: method.output)
        } catch {
            throw GatewayError(.malformedAnswer, "the app's message: \(error)")
        }
    }

    private mutating func transcode(
        _ context: RequestContext, _ problem: ProblemType, _ subject: String,
        _ body: (DescriptorPool, RPCMethod) throws(TranscodingError) -> [UInt8]
    ) async throws(GatewayError) -> [UInt8] {
        var lookups = 0
        while true {
            do throws(TranscodingError) {
                return try body(pool, method)
            } catch {
                lookups += 1
                guard case .unknownType(let type) = error.kind, lookups <= Self.maximumLookups,
                    try await learn(type, context)
                else { throw GatewayError(problem, "\(subject)\(error)") }
            }
        }
    }

    /// Asks the app for one more type.
    ///
    /// - Returns: whether it is known now.
    private mutating func learn(
        _ type: String, _ context: RequestContext
    ) async throws(GatewayError) -> Bool {
        guard let files else { return false }
        let schema = try await ServerReflection(app: target.app, context: context)
            .adding(type: type, to: files)
        guard case .described(let pool, let added) = schema, pool.message(named: type) != nil,
            let method = pool.method(target.method, of: target.service)
        else { return false }
        self.pool = pool
        self.files = added
        self.method = method
        await context.facade.schemas.store(
            .described(pool, files: added), of: target.service, app: target.app)
        return true
    }
}
