import Glibc

/// The few things that a daemon reads from files.
public enum SystemFiles {
    /// Reads a whole file.
    ///
    /// - Parameters:
    ///   - path: the path of the file.
    ///   - limit: the most bytes to read; a longer file throws `EFBIG`.
    public static func read(_ path: String, upTo limit: Int = 1 << 20) throws(SystemError)
        -> [UInt8]
    {
        let number = unsafe open(path, O_RDONLY | O_CLOEXEC)
        guard number >= 0 else { throw lastError("open") }
        return try read(Descriptor(takingOwnershipOf: number), upTo: limit)
    }

    /// Reads what is left of a file.
    static func read(_ file: borrowing Descriptor, upTo limit: Int) throws(SystemError) -> [UInt8] {
        var content: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 16 * 1024)
        while true {
            // Reads into our own array, at most its length.
            let count = unsafe chunk.withUnsafeMutableBytes { raw in
                unsafe Glibc.read(file.rawValue, raw.baseAddress, raw.count)
            }
            if count == 0 { return content }
            if count < 0 {
                guard errno == EINTR else { throw lastError("read") }
                continue
            }
            guard content.count + count <= limit else {
                throw SystemError(function: "read", errno: EFBIG)
            }
            content.append(contentsOf: chunk[..<count])
        }
    }

    /// The number of entries in a directory, without `.` and `..`; nil when it cannot be read.
    static func entryCount(of path: String) -> Int? {
        // The stream is owned here; entries are only counted.
        guard let directory = unsafe opendir(path) else { return nil }
        defer { unsafe closedir(directory) }
        var count = 0
        while unsafe readdir(directory) != nil { count += 1 }
        return max(0, count - 2)
    }
}
