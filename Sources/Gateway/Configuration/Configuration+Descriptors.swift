import EventLoop
import ProtobufJSON

extension Configuration {
    /// The largest descriptor set that is read, in bytes.
    private static let descriptorSetLimit = 16 << 20

    /// The messages and services of all descriptor sets together.
    ///
    /// - Throws: the files that cannot be read or are none, or what is missing in them.
    func descriptors() throws(ConfigurationError) -> DescriptorPool {
        var files = DescriptorFiles()
        var problems: [ConfigurationError.Problem] = []
        for path in grpc.descriptorSets {
            do {
                try files.add(set: SystemFiles.read(path, upTo: Self.descriptorSetLimit))
            } catch {
                problems.append(.init(text: "\(path): \(error)"))
            }
        }
        if problems.isEmpty {
            do throws(DescriptorError) {
                return try DescriptorPool(files)
            } catch {
                let paths = grpc.descriptorSets.joined(separator: ", ")
                problems.append(.init(text: "\(paths): \(error)"))
            }
        }
        throw ConfigurationError(source: "grpc.descriptorSets", problems: problems)
    }
}
