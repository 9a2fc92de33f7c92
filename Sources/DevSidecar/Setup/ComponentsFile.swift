import FoundationEssentials
import JSON

/// What is wrong with a components file.
public struct ComponentsFileError: Error, Sendable, CustomStringConvertible {
    /// The file.
    public var path: String
    /// What is wrong, for people.
    public var reason: String

    /// Path and reason in one line.
    public var description: String { "\(path): \(reason)" }
}

/// A file that lists components.
public enum ComponentsFile {
    /// The types that this sidecar really offers.
    public static let offeredTypes = [
        "state.in-memory",
        "state.postgresql",
        "pubsub.in-memory",
        "secretstores.local.file",
        "secretstores.local.env",
        "configuration.redis",
        "lock.redis",
        "conversation.echo",
        "bindings.localstorage",
        "bindings.http",
        "bindings.echo",
        "bindings.redis",
        "crypto.dapr.localstorage",
    ]

    /// Reads a file: a JSON array of `{"name", "type", "version", "metadata": {...}}`, of which
    /// `version` and `metadata` may be absent.
    public static func read(_ path: String) throws(ComponentsFileError) -> [Component] {
        let bytes: [UInt8]
        do {
            bytes = try Array(Data(contentsOf: URL(filePath: path)))
        } catch {
            throw ComponentsFileError(path: path, reason: "cannot be read")
        }
        do throws(Fault) {
            return try parse(bytes)
        } catch {
            throw ComponentsFileError(path: path, reason: error.reason)
        }
    }

    private struct Fault: Error {
        var reason: String
    }

    private static func parse(_ bytes: [UInt8]) throws(Fault) -> [Component] {
        let root: JSONValue
        do throws(JSONError) {
            root = try JSONValue.parse(bytes)
        } catch {
            throw Fault(reason: error.description)
        }
        guard let elements = root.arrayValue else {
            throw Fault(reason: "expected an array of components")
        }
        var components: [Component] = []
        for element in elements { components.append(try component(element)) }
        return components
    }

    private static func component(_ value: JSONValue) throws(Fault) -> Component {
        guard let members = value.objectValue?.members else {
            throw Fault(reason: "a component must be an object")
        }
        for member in members
        where !["name", "type", "version", "metadata"].contains(member.key) {
            throw Fault(reason: "unknown key '\(member.key)' in a component")
        }
        guard let name = value["name"]?.stringValue, !name.isEmpty,
            let type = value["type"]?.stringValue
        else { throw Fault(reason: "a component needs a name and a type") }
        guard offeredTypes.contains(type) else {
            throw Fault(
                reason: "component '\(name)': type '\(type)' is not offered; there are "
                    + offeredTypes.joined(separator: ", "))
        }
        var component = Component(name: name, type: type)
        if let version = value["version"]?.stringValue { component.version = version }
        for member in value["metadata"]?.objectValue?.members ?? [] {
            component.metadata[member.key] =
                member.value.stringValue
                ?? String(decoding: member.value.serialized(), as: UTF8.self)
        }
        return component
    }
}
