import ArgumentParser
import EventLoop
import GatewayRoutes

/// `daprgw routes`: what the facade offers.
struct RoutesCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "routes", abstract: "List the routes of the facade.")

    func run() throws {
        let routes = Facade().table.routes
        let names = routes.map { "\($0.methods) \($0.template)" }
        let width = names.map(\.count).max() ?? 0
        for (name, route) in zip(names, routes) {
            let padding = String(repeating: " ", count: width - name.count)
            StandardOutput.write("\(name)\(padding)  \(route.summary)\n")
        }
    }
}
