import JSON

/// A body that daprd reads with protobuf's JSON parser into a message of plain fields. An empty
/// body is an empty message, and fields that the message does not have are not looked at.
struct ProtoJSONObject {
    private let body: [UInt8]
    private var members: [String: JSONNode] = [:]

    /// - Throws: what protobuf's parser says about a body that is no JSON object.
    init(_ request: SidecarRequest) throws(SidecarError) {
        body = request.body
        if let reason = request.bodyError { throw .unreadableBody(reason) }
        guard !body.isEmpty else { return }
        let options = JSONParsingOptions(invalidUTF8: .replace, trailingBytes: .ignore)
        let document: JSONDocument
        do throws(JSONError) {
            document = try JSONDocument(parsing: body, options: options)
        } catch {
            throw error.kind == .unexpectedEnd
                ? Self.fault("proto: unexpected EOF")
                : Self.syntaxFault("invalid value", body, error.offset)
        }
        let root = document.root
        guard root.kind == .object else {
            throw Self.syntaxFault("unexpected token", body, root.range.lowerBound)
        }
        if let rest = body[root.range.upperBound...].firstIndex(where: { !Self.isSpace($0) }) {
            let isToken =
                isValidJSON(Self.word(body[rest...])) || "{}[],:".utf8.contains(body[rest])
            throw Self.syntaxFault(isToken ? "unexpected token" : "invalid value", body, rest)
        }
        for member in root.members where member.value.kind != .null {
            members[Self.camelCase(member.key)] = member.value
        }
    }

    /// A text; empty when the field is absent.
    ///
    /// - Parameter name: the name of the field in lowerCamelCase; snake_case is accepted too.
    func string(_ name: String) throws(SidecarError) -> String {
        guard let node = members[name] else { return "" }
        guard let text = node.stringValue else { throw mismatch(node, "string", name) }
        return text
    }

    /// A number of 32 bits, which may be written as a text; zero when the field is absent.
    func int32(_ name: String) throws(SidecarError) -> Int32 {
        guard let node = members[name] else { return 0 }
        let text = node.stringValue ?? node.numberValue?.text ?? ""
        if let number = Int32(text) { return number }
        guard let number = JSONNumber(text: text), let exact = Int32(exactly: number.double) else {
            throw mismatch(node, "int32", name)
        }
        return exact
    }

    // MARK: - Faults

    private func mismatch(_ node: JSONNode, _ type: String, _ name: String) -> SidecarError {
        let place = Self.place(body, node.range.lowerBound)
        let shown = String(decoding: node.text, as: UTF8.self)
        return Self.fault("proto: \(place): invalid value for \(type) field \(name): \(shown)")
    }

    private static func syntaxFault(
        _ text: String, _ body: [UInt8], _ offset: Int
    ) -> SidecarError {
        let word = String(decoding: word(body[offset...]), as: UTF8.self)
        return fault("proto: syntax error \(place(body, offset)): \(text) \(word)")
    }

    private static func fault(_ text: String) -> SidecarError {
        .malformed("failed deserializing HTTP body: " + text)
    }

    /// Where something stands, both counted from 1.
    private static func place(_ body: [UInt8], _ offset: Int) -> String {
        let lines = body[..<offset].split(separator: 0x0A, omittingEmptySubsequences: false)
        return "(line \(lines.count):\((lines.last?.count ?? 0) + 1))"
    }

    /// The token at the start of some text, as errors show it.
    static func word(_ text: ArraySlice<UInt8>) -> [UInt8] {
        let word = text.prefix(32).prefix { byte in
            switch byte {
            case 0x30...0x39, 0x41...0x5A, 0x61...0x7A: true
            default: "-+._".utf8.contains(byte)
            }
        }
        return Array(word.isEmpty ? text.prefix(1) : word)
    }

    private static func isSpace(_ byte: UInt8) -> Bool {
        byte == 0x20 || (0x09...0x0D).contains(byte)
    }

    private static func camelCase(_ name: String) -> String {
        guard name.contains("_") else { return name }
        let words = name.split(separator: "_")
        return words.dropFirst().reduce(String(words.first ?? "")) { start, word in
            start + word.prefix(1).uppercased() + word.dropFirst()
        }
    }
}
