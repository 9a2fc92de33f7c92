import FoundationEssentials
import JSON

/// A secret store in memory: from a JSON file, or from the environment.
struct SecretStore {
    /// Why a secret cannot be had.
    struct NotFound: Error {
        var text: String
    }

    /// A file that is no secrets file.
    struct BadFile: Error, CustomStringConvertible {
        var path: String
        var reason: String
        var description: String { "secrets file \(path): \(reason)" }
    }

    /// The setting that holds the secrets themselves, for sidecars that need no file.
    static let inlineKey = "secrets"

    /// The entries of each secret, by its name.
    private let secrets: [String: [String: String]]
    /// A name that is not there is an empty secret, as for variables that are not set.
    private let isLenient: Bool

    /// `secretstores.local.file`: a JSON object; nested objects become names with a separator, or
    /// with `multiValued` secrets of several entries.
    init(file component: Component) throws(BadFile) {
        let path = component.metadata["secretsFile"] ?? ""
        let bytes: [UInt8]
        if let inline = component.metadata[Self.inlineKey] {
            bytes = Array(inline.utf8)
        } else {
            do {
                bytes = try Array(Data(contentsOf: URL(filePath: path)))
            } catch {
                throw BadFile(path: path, reason: "cannot be read")
            }
        }
        do throws(JSONError) {
            let root = try JSONValue.parse(bytes)
            let separator = component.metadata["nestedSeparator"] ?? ":"
            isLenient = false
            if component.metadata["multiValued"] == "true" {
                secrets = Self.multiValued(root, separator)
            } else {
                secrets = Self.flattened(root, separator).mapNames { [$0: $1] }
            }
        } catch {
            throw BadFile(path: path, reason: error.description)
        }
    }

    /// `secretstores.local.env`: variables that begin with `prefix`, which names leave out.
    init(environment: [String: String], prefix: String) {
        var secrets: [String: [String: String]] = [:]
        for (name, value) in environment where name.hasPrefix(prefix) {
            let name = String(name.dropFirst(prefix.count))
            // What the sidecar itself is configured with is hidden.
            guard name != "APP_API_TOKEN", !name.hasPrefix("DAPR_") else { continue }
            secrets[name] = [name: value]
        }
        self.secrets = secrets
        isLenient = true
    }

    func secret(_ name: String) throws(NotFound) -> [String: String] {
        if let secret = secrets[name] { return secret }
        guard isLenient else { throw NotFound(text: "secret \(name) not found") }
        return [name: ""]
    }

    var all: [String: [String: String]] { secrets }

    private static func multiValued(
        _ root: JSONValue, _ separator: String
    ) -> [String: [String: String]] {
        var secrets: [String: [String: String]] = [:]
        for member in root.objectValue?.members ?? [] {
            secrets[member.key] =
                member.value.objectValue == nil
                ? [member.key: text(member.value)] : flattened(member.value, separator)
        }
        return secrets
    }

    private static func flattened(_ value: JSONValue, _ separator: String) -> [String: String] {
        var flat: [String: String] = [:]
        flatten(value, prefix: "", separator, into: &flat)
        return flat
    }

    private static func flatten(
        _ value: JSONValue, prefix: String, _ separator: String, into flat: inout [String: String]
    ) {
        func name(_ part: String) -> String { prefix.isEmpty ? part : prefix + separator + part }
        switch value {
        case .object(let object):
            for member in object.members {
                flatten(member.value, prefix: name(member.key), separator, into: &flat)
            }
        case .array(let elements):
            for (index, element) in elements.enumerated() {
                flatten(element, prefix: name(String(index)), separator, into: &flat)
            }
        default: flat[prefix] = text(value)
        }
    }

    private static func text(_ value: JSONValue) -> String {
        value.stringValue ?? String(decoding: value.serialized(options: .go), as: UTF8.self)
    }
}

extension [String: String] {
    fileprivate func mapNames(
        _ transform: (String, String) -> [String: String]
    ) -> [String: [String: String]] {
        var mapped: [String: [String: String]] = [:]
        for (name, value) in self { mapped[name] = transform(name, value) }
        return mapped
    }
}
