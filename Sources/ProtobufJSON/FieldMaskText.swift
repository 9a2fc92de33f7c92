/// `google.protobuf.FieldMask` as JSON has it: names in lower camel case, separated by commas.
enum FieldMaskText {
    /// The paths in snake case; nil for what has no such form.
    static func parse(_ text: String) -> [String]? {
        guard !text.isEmpty else { return [] }
        var paths: [String] = []
        for part in text.utf8.split(separator: UInt8(ascii: ","), omittingEmptySubsequences: false)
        {
            guard !part.isEmpty, let path = snakeCase(part) else { return nil }
            paths.append(path)
        }
        return paths
    }

    /// nil when a path would not come back as it was.
    static func text(_ paths: [String]) -> String? {
        var parts: [String] = []
        for path in paths {
            guard let part = camelCase(path) else { return nil }
            parts.append(part)
        }
        return parts.joined(separator: ",")
    }

    private static func snakeCase(_ text: Substring.UTF8View) -> String? {
        var path: [UInt8] = []
        for byte in text {
            switch byte {
            case UInt8(ascii: "_"): return nil
            case UInt8(ascii: "A")...UInt8(ascii: "Z"): path += [UInt8(ascii: "_"), byte | 0x20]
            default: path.append(byte)
            }
        }
        return String(decoding: path, as: UTF8.self)
    }

    private static func camelCase(_ path: String) -> String? {
        var text: [UInt8] = []
        var isAfterUnderscore = false
        for byte in path.utf8 {
            switch byte {
            case UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: ","): return nil
            case UInt8(ascii: "_"):
                if isAfterUnderscore { return nil }
                isAfterUnderscore = true
                continue
            case UInt8(ascii: "a")...UInt8(ascii: "z"):
                text.append(isAfterUnderscore ? byte & ~0x20 : byte)
            default:
                if isAfterUnderscore { return nil }
                text.append(byte)
            }
            isAfterUnderscore = false
        }
        return isAfterUnderscore ? nil : String(decoding: text, as: UTF8.self)
    }
}
