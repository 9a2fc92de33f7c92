import JSON

/// Lets people and tests take the server behind a component away, to see what clients do:
/// `PUT /dev/outages/COMPONENT` begins an outage and `DELETE` ends it.
final class OutageBlock: BuildingBlock {
    private let context: SidecarContext

    init(_ context: SidecarContext) {
        self.context = context
    }

    var httpRoutes: [HTTPRoute] {
        [
            route("PUT") { [context] in context.outages.insert($0) },
            route("DELETE") { [context] in context.outages.remove($0) },
        ]
    }

    var inspection: InspectionPage? {
        InspectionPage("outages") { [context] in
            .array(context.outages.sorted().map { .string($0) })
        }
    }

    private func route(_ method: String, _ change: @escaping (String) -> Void) -> HTTPRoute {
        HTTPRoute(
            [method], "/dev/outages/{component}",
            .immediate { [context] request in
                let name = request.parameters[0]
                guard context.configuration.components.contains(where: { $0.name == name }) else {
                    return .text("there is no component \(name)", status: 404)
                }
                change(name)
                return .noContent
            })
    }
}

extension SidecarContext {
    /// What components on Redis say while it is down; nil while it is there.
    func outage(of component: String) -> String? {
        outages.contains(component)
            ? "dial tcp 127.0.0.1:6379: connect: connection refused" : nil
    }
}
