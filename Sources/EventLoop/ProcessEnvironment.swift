import Glibc

/// The environment variables of this process.
public enum ProcessEnvironment {
    /// Names and values as they are now.
    public static var current: [String: String] {
        var variables: [String: String] = [:]
        // A null-terminated array of null-terminated strings (environ(7)), which nobody changes while
        // a daemon reads it at its start; every string is copied.
        var entry = unsafe environ
        while let text = unsafe entry.pointee {
            let pair = unsafe String(cString: text)
            if let equals = pair.firstIndex(of: "=") {
                variables[String(pair[..<equals])] = String(pair[pair.index(after: equals)...])
            }
            unsafe entry = entry.successor()
        }
        return variables
    }
}
