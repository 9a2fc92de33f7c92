import HTTP2
import JSON

/// Metadata of a gRPC call: names in lower case with values, in order; a name may come repeatedly.
///
/// Values of names that end in `-bin` are bytes, all others printable ASCII text.
public struct GRPCMetadata: Sendable, Hashable, ExpressibleByDictionaryLiteral {
    struct Field: Sendable, Hashable {
        var name: String
        /// As on the wire: base64 for `-bin` names.
        var value: String
    }

    private(set) var fields: [Field] = []

    /// No metadata.
    public init() {}

    /// Texts under their names.
    public init(dictionaryLiteral elements: (String, String)...) {
        for (name, value) in elements { add(name, value) }
    }

    /// Whether there is none.
    public var isEmpty: Bool { fields.isEmpty }

    /// The names, each as often as it has values.
    public var names: [String] { fields.map(\.name) }

    /// Adds a text.
    ///
    /// - Parameters:
    ///   - name: is put into lower case; must not end in `-bin`.
    ///   - value: printable ASCII.
    public mutating func add(_ name: String, _ value: String) {
        fields.append(Field(name: name.lowercased(), value: value))
    }

    /// Adds bytes.
    ///
    /// - Parameters:
    ///   - name: ends in `-bin`.
    ///   - value: any bytes.
    public mutating func add(_ name: String, _ value: [UInt8]) {
        let text = Base64.encode(value)
        fields.append(Field(name: name.lowercased(), value: text))
    }

    /// The first text of a name.
    public subscript(name: String) -> String? {
        fields.first { $0.name == name.lowercased() }?.value
    }

    /// All texts of a name.
    public func values(of name: String) -> [String] {
        fields.filter { $0.name == name.lowercased() }.map(\.value)
    }

    /// All values of a name that ends in `-bin`, without those that are no base64.
    public func binaryValues(of name: String) -> [[UInt8]] {
        values(of: name).flatMap { value in
            // Several may have been joined on their way.
            value.split(separator: ",").compactMap { Base64.decode(Array($0.utf8)[...]) }
        }
    }
}

extension GRPCMetadata {
    /// What of a block of header fields is the app's and not the protocol's. The details of a status
    /// are the app's too: they come as metadata in every implementation of gRPC.
    init(_ block: HeaderBlock) {
        for field in block
        where !Self.isReserved(field.name)
            || field.name.elementsEqual("grpc-status-details-bin".utf8)
        {
            fields.append(
                Field(
                    name: String(decoding: field.name, as: UTF8.self),
                    value: String(decoding: field.value, as: UTF8.self)))
        }
    }

    /// Adds the metadata to a request's head.
    ///
    /// - Throws: `.invalidArgument` for a name that is the protocol's, or what cannot be sent.
    func append(to head: inout HeaderBlock) throws(DaprError) {
        for field in fields {
            guard !Self.isReserved(ArraySlice(field.name.utf8)), field.name != "user-agent" else {
                throw DaprError(
                    .invalidArgument, "the metadata '\(field.name)' is set by the client itself",
                    isUnprocessed: true)
            }
            if field.name.hasSuffix("-bin"), Base64.decode(Array(field.value.utf8)[...]) == nil {
                throw DaprError(
                    .invalidArgument, "the metadata '\(field.name)' has to be bytes",
                    isUnprocessed: true)
            }
            do throws(HeaderFieldError) {
                try head.append(field.name, field.value)
            } catch {
                throw DaprError(error)
            }
        }
    }

    private static func isReserved(_ name: ArraySlice<UInt8>) -> Bool {
        if name.first == UInt8(ascii: ":") || name.starts(with: "grpc-".utf8) { return true }
        return ["content-type", "te", "dapr-app-id", "dapr-callee-app-id", "dapr-api-token"]
            .contains { name.elementsEqual($0.utf8) }
    }
}
