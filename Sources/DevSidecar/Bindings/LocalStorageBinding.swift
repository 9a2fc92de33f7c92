import EventLoop
import JSON

/// `bindings.localstorage`: files below one folder.
final class LocalStorageBinding: OutputBinding {
    /// The longest file that is read, and the most names that are listed.
    private static let readLimit = 64 << 20
    private static let listLimit = 100_000

    let operations: [String]? = ["create", "get", "list", "delete"]
    private let folder: RootedFolder
    private let isTemporary: Bool

    /// - Parameter path: the folder; nil for one that goes away with the binding.
    init(path: String?) throws(SystemError) {
        folder = if let path { try RootedFolder(path) } else { try RootedFolder.temporary() }
        isTemporary = path == nil
    }

    func stop() {
        if isTemporary { folder.removeAll() }
    }

    func invoke(_ request: BindingRequest) async throws(BindingFailure) -> BindingResponse? {
        var name = request.metadata["fileName"] ?? ""
        if name.isEmpty, request.operation == "create" { name = Self.newName() }
        let path = RootedFolder.clean(name)
        switch request.operation {
        case "create": return try create(path, request.data)
        case "get": return BindingResponse(data: try read(path))
        case "list": return BindingResponse(data: try list(path))
        default:
            let full = full(path)
            do throws(SystemError) {
                try folder.remove(path)
            } catch {
                throw BindingFailure(
                    "error deleting file \(full): remove \(full): \(error.reason.lowercased())")
            }
            return nil
        }
    }

    private func full(_ path: String) -> String {
        path.isEmpty ? folder.path : folder.path + "/" + path
    }

    private func create(
        _ path: String, _ data: [UInt8]
    ) throws(BindingFailure) -> BindingResponse {
        do throws(SystemError) {
            try folder.write(Self.content(of: data), to: path)
        } catch {
            let full = full(path)
            throw BindingFailure(
                "error creating file \(full): \(error.function) \(full): "
                    + error.reason.lowercased())
        }
        let answer: JSONValue = ["fileName": .string(path)]
        return BindingResponse(data: answer.serialized(options: .go))
    }

    private func read(_ path: String) throws(BindingFailure) -> [UInt8] {
        do throws(SystemError) {
            return try folder.read(path, upTo: Self.readLimit)
        } catch {
            let full = full(path)
            if error.isNoEntry { throw BindingFailure("file not found: \(full)") }
            let what = error.function == "read" ? "reading file" : "opening path"
            throw BindingFailure(
                "error \(what) \(full): \(error.function) \(full): "
                    + error.reason.lowercased())
        }
    }

    private func list(_ path: String) throws(BindingFailure) -> [UInt8] {
        do throws(SystemError) {
            let paths = try folder.list(path, upTo: Self.listLimit)
            // Go has no empty list here but none.
            guard !paths.isEmpty else { return Array("null".utf8) }
            return JSONValue.array(paths.map { .string(full($0)) }).serialized(options: .go)
        } catch {
            let full = full(path)
            throw BindingFailure(
                "error getting stats for path \(full): stat \(full): "
                    + error.reason.lowercased())
        }
    }

    /// What is stored: a JSON string without its quotes, and what is base 64 decoded.
    private static func content(of data: [UInt8]) -> [UInt8] {
        var content = data
        if data.first == UInt8(ascii: "\""), case .string(let text)? = try? JSONValue.parse(data) {
            content = Array(text.utf8)
        }
        let characters = content.filter { $0 != UInt8(ascii: "\n") && $0 != UInt8(ascii: "\r") }
        return Base64.decode(characters, padding: .required) ?? content
    }

    /// A name for a file that was given none.
    private static func newName() -> String {
        var generator = SystemRandomNumberGenerator()
        let digits = (0..<32).map { _ in
            String(Int.random(in: 0..<16, using: &generator), radix: 16)
        }.joined()
        // In the form of a UUID of version 4.
        var name = ""
        for (index, digit) in digits.enumerated() {
            if [8, 12, 16, 20].contains(index) { name += "-" }
            name += index == 12 ? "4" : index == 16 ? "a" : String(digit)
        }
        return name
    }
}
