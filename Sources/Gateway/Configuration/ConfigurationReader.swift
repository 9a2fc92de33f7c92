import EventLoop
import GatewayRoutes

/// Reads one mapping of the file into typed settings and notes every mistake instead of stopping at
/// the first. A key that was not asked for is a mistake too.
final class ConfigurationReader {
    /// Shared by the readers of all mappings of a file.
    final class Problems {
        var found: [ConfigurationError.Problem] = []
    }

    private let path: String
    private var members: [String: YAMLNode] = [:]
    private var keys: [(name: String, node: YAMLNode)] = []
    private var known: [String] = []
    private let problems: Problems

    init(_ node: YAMLNode?, path: String = "", problems: Problems) {
        self.path = path
        self.problems = problems
        guard let node, !node.isNull else { return }
        guard case .mapping(let pairs) = node.content else {
            note(
                node,
                path.isEmpty ? "expected keys and values" : "\(path): expected keys and values")
            return
        }
        for (key, value) in pairs {
            guard case .scalar(let name, _) = key.content else {
                note(key, "\(path.isEmpty ? "" : path + ": ")a key must be a word")
                continue
            }
            if members.updateValue(value, forKey: name) != nil {
                note(key, "\(full(name)) stands here twice")
            }
            keys.append((name, key))
        }
    }

    /// Notes the keys that nobody asked for. Call it last.
    func finish() {
        for (name, node) in keys where !known.contains(name) {
            let hint = nearest(to: name, among: known).map { "; did you mean \(full($0))?" } ?? ""
            note(node, "\(full(name)): there is no such setting\(hint)")
        }
    }

    /// The reader of a nested mapping.
    func section(_ key: String) -> ConfigurationReader {
        ConfigurationReader(take(key), path: full(key), problems: problems)
    }

    /// Reads a setting, if it is there.
    ///
    /// - Parameters:
    ///   - expected: what a correct value is, for the message.
    ///   - parse: gives nil for a value that is not correct.
    func read<Value>(
        _ key: String, into target: inout Value, expected: String, parse: (String) -> Value?
    ) {
        guard let node = take(key), !node.isNull else { return }
        if let value = scalar(node, key, expected: expected, parse: parse) { target = value }
    }

    /// Reads a setting without a default. Apart from `read`, where the nil of a value that is not
    /// correct could be taken for the nil of a setting that is not there.
    func readOptional<Value>(
        _ key: String, into target: inout Value?, expected: String, parse: (String) -> Value?
    ) {
        guard let node = take(key), !node.isNull else { return }
        if let value = scalar(node, key, expected: expected, parse: parse) { target = value }
    }

    /// Reads a list; a single value counts as a list of one.
    func readList<Value>(
        _ key: String, into target: inout [Value], expected: String, isEmptyAllowed: Bool = false,
        parse: (String) -> Value?
    ) {
        guard let node = take(key), !node.isNull else { return }
        let nodes = if case .sequence(let items) = node.content { items } else { [node] }
        if nodes.isEmpty, !isEmptyAllowed {
            note(node, "\(full(key)): expected at least one value")
        }
        let values = nodes.compactMap { scalar($0, key, expected: expected, parse: parse) }
        if values.count == nodes.count, !values.isEmpty || isEmptyAllowed { target = values }
    }

    private func scalar<Value>(
        _ node: YAMLNode, _ key: String, expected: String, parse: (String) -> Value?
    ) -> Value? {
        guard case .scalar(let text, _) = node.content else {
            note(node, "\(full(key)): expected \(expected)")
            return nil
        }
        if let value = parse(text) { return value }
        note(node, "\(full(key)): expected \(expected), found \"\(text)\"")
        return nil
    }

    private func take(_ key: String) -> YAMLNode? {
        known.append(key)
        return members[key]
    }

    private func full(_ key: String) -> String {
        path.isEmpty ? key : "\(path).\(key)"
    }

    func note(_ node: YAMLNode, _ text: String) {
        problems.found.append(.init(line: node.line, column: node.column, text: text))
    }
}

extension YAMLNode {
    /// `key:` with nothing behind it, `~` or `null`: the same as no key.
    var isNull: Bool {
        guard case .scalar(let text, isPlain: true) = content else { return false }
        return ["", "~", "null", "Null", "NULL"].contains(text)
    }
}
