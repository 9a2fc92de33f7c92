import EventLoop
import Testing

@testable import ProtobufJSON

/// Messages of Tests/Fixtures/protobuf.
struct Kinds {
    let pool: DescriptorPool

    init() throws {
        var files = DescriptorFiles()
        try files.add(set: Self.fixture("kinds.pb"))
        pool = try DescriptorPool(files)
    }

    static func fixture(_ name: String, from file: String = #filePath) throws -> [UInt8] {
        let parts = file.split(separator: "/", omittingEmptySubsequences: false)
        let path = parts.dropLast(2) + ["Fixtures", "protobuf", Substring(name)]
        return try SystemFiles.read(path.joined(separator: "/"))
    }

    func bytes(_ json: String, as type: String = "kinds.Everything") throws -> [UInt8] {
        let reference = try #require(pool.message(named: type))
        return try pool.message(fromJSON: Array(json.utf8), as: reference)
    }

    func json(_ bytes: [UInt8], as type: String = "kinds.Everything") throws -> String {
        let reference = try #require(pool.message(named: type))
        return String(decoding: try pool.json(fromMessage: bytes, as: reference), as: UTF8.self)
    }

    /// What is wrong with some JSON.
    func fault(_ json: String, as type: String = "kinds.Everything") throws -> TranscodingError? {
        do {
            _ = try bytes(json, as: type)
            return nil
        } catch let error as TranscodingError {
            return error
        }
    }

    /// What is wrong with a message.
    func fault(
        of bytes: [UInt8], as type: String = "kinds.Everything"
    ) throws -> TranscodingError? {
        do {
            _ = try json(bytes, as: type)
            return nil
        } catch let error as TranscodingError {
            return error
        }
    }
}

/// Bytes of pairs of hexadecimal digits.
func bytes(hex: String) -> [UInt8] {
    var rest = hex.filter { $0 != " " }[...]
    var bytes: [UInt8] = []
    while !rest.isEmpty {
        bytes.append(UInt8(rest.prefix(2), radix: 16) ?? 0)
        rest = rest.dropFirst(2)
    }
    return bytes
}
