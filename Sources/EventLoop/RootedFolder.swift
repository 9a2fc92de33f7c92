internal import CLinux
import Glibc

/// A folder with everything below it and nothing else: for `..`, absolute paths and symbolic links
/// it is the root of all files (openat2, RESOLVE_IN_ROOT), so no path leads out of it.
///
/// Paths are relative to it; an empty one is the folder itself.
public final class RootedFolder: Sendable {
    /// Where the folder is.
    public let path: String
    private let root: Descriptor

    /// Opens a folder, and makes it and those above it if they are missing.
    public init(_ path: String) throws(SystemError) {
        var made = path.hasPrefix("/") ? "" : "."
        for part in path.split(separator: "/") {
            made += "/" + part
            if unsafe mkdir(made, 0o777) != 0, errno != EEXIST { throw lastError("mkdir") }
        }
        self.path = path
        root = try Self.open(path)
    }

    private init(existing path: String) throws(SystemError) {
        self.path = path
        root = try Self.open(path)
    }

    private static func open(_ path: String) throws(SystemError) -> Descriptor {
        let number = unsafe Glibc.open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard number >= 0 else { throw lastError("open") }
        return Descriptor(takingOwnershipOf: number)
    }

    /// Makes a new folder in the system's folder for temporary files.
    public static func temporary() throws(SystemError) -> RootedFolder {
        let base = ProcessEnvironment.current["TMPDIR"] ?? "/tmp"
        var template = Array((base + "/daprgw-XXXXXX").utf8CString)
        // Writes the last characters of our own array, which ends in NUL.
        let result = unsafe template.withUnsafeMutableBufferPointer { buffer in
            guard let start = buffer.baseAddress else { return false }
            return unsafe mkdtemp(start) != nil
        }
        guard result else { throw lastError("mkdtemp") }
        return try RootedFolder(
            existing: String(decoding: template.dropLast().map(UInt8.init), as: UTF8.self))
    }

    /// A path without empty parts, `.` and `..`, which stops at the root.
    public static func clean(_ path: String) -> String {
        var parts: [Substring] = []
        for part in path.split(separator: "/") {
            switch part {
            case ".": break
            case "..": _ = parts.popLast()
            default: parts.append(part)
            }
        }
        return parts.joined(separator: "/")
    }

    /// Opens something below the root.
    private func open(
        _ path: String, _ flags: CInt, mode: mode_t = 0
    ) throws(SystemError) -> Descriptor {
        guard !path.utf8.contains(0) else { throw SystemError(function: "open", errno: EINVAL) }
        let number = unsafe clinux_open_in_root(
            root.rawValue, path.isEmpty ? "." : path, flags | O_CLOEXEC, mode)
        return Descriptor(takingOwnershipOf: try check("open", number))
    }

    /// Reads a whole file; one longer than `limit` throws `EFBIG`.
    public func read(_ path: String, upTo limit: Int) throws(SystemError) -> [UInt8] {
        // Without waiting for a writer, if it is a pipe.
        try SystemFiles.read(try open(path, O_RDONLY | O_NONBLOCK), upTo: limit)
    }

    /// Writes a whole file, and makes the folders above it that are missing.
    public func write(_ content: [UInt8], to path: String) throws(SystemError) {
        try makeFolders(above: path)
        let file = try open(path, O_WRONLY | O_CREAT | O_TRUNC | O_NONBLOCK, mode: 0o666)
        var start = 0
        while start < content.count {
            // Reads from our own array.
            let count = unsafe content.withUnsafeBytes { bytes in
                unsafe Glibc.write(
                    file.rawValue, bytes.baseAddress?.advanced(by: start), bytes.count - start)
            }
            guard count > 0 else {
                if errno == EINTR { continue }
                throw lastError("write")
            }
            start += count
        }
    }

    private func makeFolders(above path: String) throws(SystemError) {
        var above = try root.duplicate()
        var made = ""
        for part in path.split(separator: "/").dropLast() {
            made += made.isEmpty ? String(part) : "/" + part
            do throws(SystemError) {
                above = try open(made, O_RDONLY | O_DIRECTORY)
            } catch {
                guard error.isNoEntry else { throw error }
                guard unsafe mkdirat(above.rawValue, String(part), 0o777) == 0 || errno == EEXIST
                else { throw lastError("mkdir") }
                above = try open(made, O_RDONLY | O_DIRECTORY)
            }
        }
    }

    /// Removes a file, or a folder that is empty.
    public func remove(_ path: String) throws(SystemError) {
        let parts = path.split(separator: "/")
        guard let name = parts.last else { throw SystemError(function: "unlink", errno: EBUSY) }
        let above = try open(parts.dropLast().joined(separator: "/"), O_RDONLY | O_DIRECTORY)
        if unsafe unlinkat(above.rawValue, String(name), 0) == 0 { return }
        guard errno == EISDIR else { throw lastError("unlink") }
        guard unsafe unlinkat(above.rawValue, String(name), AT_REMOVEDIR) == 0 else {
            throw lastError("rmdir")
        }
    }

    /// The paths of all files in a folder and those below it, in order; links are not followed.
    ///
    /// - Parameter limit: with more of them it throws `EFBIG`.
    public func list(_ path: String, upTo limit: Int) throws(SystemError) -> [String] {
        var folders = [path]
        var files: [[Substring]] = []
        while let folder = folders.popLast() {
            for (name, isFolder) in try entries(of: folder) {
                let full = folder.isEmpty ? name : folder + "/" + name
                if isFolder {
                    folders.append(full)
                } else {
                    files.append(full.split(separator: "/"))
                }
                guard files.count + folders.count <= limit else {
                    throw SystemError(function: "readdir", errno: EFBIG)
                }
            }
        }
        files.sort { $0.lexicographicallyPrecedes($1) }
        return files.map { $0.joined(separator: "/") }
    }

    private func entries(
        of path: String
    ) throws(SystemError) -> [(name: String, isFolder: Bool)] {
        let descriptor = try open(path, O_RDONLY | O_DIRECTORY)
        // The stream owns the duplicate and ends in here; each entry is copied before the next one.
        guard let stream = unsafe fdopendir(dup(descriptor.rawValue)) else {
            throw lastError("opendir")
        }
        defer { unsafe closedir(stream) }
        var entries: [(String, Bool)] = []
        while let entry = unsafe readdir(stream) {
            let name = unsafe withUnsafeBytes(of: &entry.pointee.d_name) { bytes in
                unsafe String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
            }
            guard name != ".", name != ".." else { continue }
            entries.append((name, unsafe Int(entry.pointee.d_type) == Int(DT_DIR)))
        }
        return entries
    }

    /// Removes the folder with everything in it, as far as that is possible.
    public func removeAll() {
        var folders = [""]
        var next = 0
        while next < folders.count {
            let folder = folders[next]
            next += 1
            for (name, isFolder) in (try? entries(of: folder)) ?? [] {
                let full = folder.isEmpty ? name : folder + "/" + name
                if isFolder { folders.append(full) } else { try? remove(full) }
            }
        }
        for folder in folders.dropFirst().reversed() { try? remove(folder) }
        unsafe rmdir(path)
    }
}

extension SystemError {
    /// Whether something was asked for that is not there.
    public var isNoEntry: Bool { errno == ENOENT }
}
