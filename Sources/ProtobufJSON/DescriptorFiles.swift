import SwiftProtobuf

/// Descriptions of `.proto` files, as they are collected before a ``DescriptorPool`` is made of them.
public struct DescriptorFiles: Sendable {
    private(set) var files: [Google_Protobuf_FileDescriptorProto] = []
    private var names: Set<String> = []

    /// No files.
    public init() {}

    /// The number of files.
    public var count: Int { files.count }

    /// Whether there is a file of that name.
    ///
    /// - Parameter name: as `import` has it, such as `google/protobuf/empty.proto`.
    public func contains(_ name: String) -> Bool { names.contains(name) }

    /// Adds all files of a set, as `protoc --include_imports --descriptor_set_out` writes it. A file
    /// that is there already is left as it is.
    ///
    /// - Parameter set: a serialized `google.protobuf.FileDescriptorSet`.
    /// - Throws: when the bytes are none, or have no files.
    public mutating func add(set: [UInt8]) throws(DescriptorError) {
        guard let set = try? Google_Protobuf_FileDescriptorSet(serializedBytes: set),
            !set.file.isEmpty
        else { throw DescriptorError("this is no FileDescriptorSet with files in it") }
        for file in set.file { try add(file) }
    }

    /// Adds one file, unless it is there already.
    ///
    /// - Parameter file: a serialized `google.protobuf.FileDescriptorProto`.
    /// - Throws: when the bytes are none.
    public mutating func add(file: [UInt8]) throws(DescriptorError) {
        guard let file = try? Google_Protobuf_FileDescriptorProto(serializedBytes: file) else {
            throw DescriptorError("this is no FileDescriptorProto")
        }
        try add(file)
    }

    private mutating func add(_ file: Google_Protobuf_FileDescriptorProto) throws(DescriptorError) {
        guard !file.name.isEmpty else { throw DescriptorError("a file has no name") }
        if names.insert(file.name).inserted { files.append(file) }
    }

    /// The imports that no file answers to, each once.
    public var missingImports: [String] {
        var seen = names
        return files.flatMap(\.dependency).filter { seen.insert($0).inserted }
    }
}
