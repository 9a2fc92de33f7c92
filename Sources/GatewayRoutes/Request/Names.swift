/// Whether a text can be the name of a component or an app.
public func isComponentName(_ name: String) -> Bool {
    let utf8 = name.utf8.span
    for index in utf8.indices where !Names.isNameByte(utf8[index]) { return false }
    return !name.isEmpty && name != "." && name != ".."
}

/// The rules for names and keys in paths.
enum Names {
    /// Refuses what cannot be the name of a component or app.
    static func checkComponent(_ name: String, of parameter: String) throws(GatewayError) {
        guard isComponentName(name) else {
            throw GatewayError(
                .invalidName,
                "'\(name)' is no name of a \(parameter): it consists of letters, digits, '.', '_' "
                    + "and '-'")
        }
    }

    /// What every name of a component or app matches, as the document has it.
    static let componentPattern = "^[A-Za-z0-9._-]+$"

    fileprivate static func isNameByte(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "."), UInt8(ascii: "_"),
            UInt8(ascii: "-"):
            true
        default: false
        }
    }

    /// Refuses what cannot be a key of a store, whatever the store.
    static func checkKey(_ key: String) throws(GatewayError) {
        let utf8 = key.utf8.span
        guard !utf8.isEmpty else { throw GatewayError(.invalidKey, "the key is empty") }
        var hasDots = false
        for index in utf8.indices {
            switch utf8[index] {
            case 0: throw GatewayError(.invalidKey, "the key contains NUL")
            // The sidecar joins its prefix and the key with it.
            case 0x7C where index > 0 && utf8[index - 1] == 0x7C:
                throw GatewayError(.invalidKey, "the key contains '||'")
            case 0x2E: hasDots = true
            default: break
            }
        }
        if hasDots { try checkSegments(key, .invalidKey, "the key") }
    }

    /// Refuses `.` and `..`, which proxies and servers on the way resolve.
    static func checkSegments(
        _ path: String, _ problem: ProblemType, _ subject: String
    ) throws(GatewayError) {
        for segment in path.utf8.split(separator: UInt8(ascii: "/")) {
            guard !segment.elementsEqual(".".utf8), !segment.elementsEqual("..".utf8) else {
                let text = String(Substring(segment))
                throw GatewayError(problem, "\(subject) has the segment '\(text)'")
            }
        }
    }
}
