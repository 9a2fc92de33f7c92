import HTTP2

/// A request on its way to an app in another process, and the answer as it comes.
final class AppExchange {
    private(set) var call = AppCall()
    /// What goes out.
    let output: [UInt8]
    let isHead: Bool
    /// May be sent again though the app might have acted on it.
    let isIdempotent: Bool
    /// Why it cannot be sent.
    private(set) var failure: AppFailure?
    var isRetried = false
    /// The connection that it is on.
    weak var connection: HTTPAppConnection?
    private var response: AppResponse?

    /// The longest content that is taken, in bytes: the whole of it waits in memory.
    private static let limit = 256 << 20

    init(_ request: AppRequest) {
        isHead = request.method == "HEAD"
        isIdempotent = ["GET", "HEAD", "OPTIONS", "TRACE"].contains(request.method)
        do throws(AppFailure) {
            output = try request.bytes()
        } catch {
            output = []
            failure = error
        }
        call = AppCall { [weak self] in self?.connection?.close(failing: .cancelled) }
        if let failure { call.finish(.failure(failure)) }
    }

    var hasAnswer: Bool { response != nil }

    func began(_ head: HeaderBlock) {
        var response = AppResponse(status: 0)
        for field in head {
            let name = String(decoding: field.name, as: UTF8.self)
            let value = String(decoding: field.value, as: UTF8.self)
            if name == ":status" {
                response.status = Int(value) ?? 0
            } else {
                response.fields.append(AppField(name: name, value: value))
            }
        }
        self.response = response
    }

    /// - Returns: whether that is not too much.
    func received(_ content: Span<UInt8>) -> Bool {
        guard let count = response?.body.count, count + content.count <= Self.limit else {
            return false
        }
        response?.body.append(copying: content)
        return true
    }

    /// The answer is complete.
    func finish() {
        if let response { call.finish(.success(response)) }
    }
}

extension AppRequest {
    /// The request as HTTP/1.1 (RFC 9112).
    ///
    /// - Throws: `invalidField` for a field that would end before its end.
    fileprivate func bytes() throws(AppFailure) -> [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(body.count + 1024)
        bytes += "\(method) ".utf8
        for byte in target.utf8 {
            // What no target may contain could come in a query.
            if byte > 0x20, byte < 0x7F {
                bytes.append(byte)
            } else {
                bytes += "%\(byte < 16 ? "0" : "")\(String(byte, radix: 16, uppercase: true))".utf8
            }
        }
        bytes += " HTTP/1.1\r\n".utf8
        var isChunked = false
        for field in fields {
            switch field.name.lowercased() {
            case "content-length": continue
            case "transfer-encoding": isChunked = true
            // Nobody here could undo the compression that Go's client offers by itself.
            case "accept-encoding" where field.value == "gzip": continue
            default: break
            }
            guard field.isValid else { throw .invalidField(field.name) }
            bytes += "\(field.name): \(field.value)\r\n".utf8
        }
        if !isChunked, !body.isEmpty || ["POST", "PUT", "PATCH"].contains(method) {
            bytes += "Content-Length: \(body.count)\r\n".utf8
        }
        bytes += "\r\n".utf8
        guard isChunked else { return bytes + body }
        if !body.isEmpty {
            bytes += "\(String(body.count, radix: 16))\r\n".utf8
            bytes += body
            bytes += "\r\n".utf8
        }
        return bytes + "0\r\n\r\n".utf8
    }
}

extension AppField {
    /// Whether it is one field as it stands (RFC 9110, section 5).
    fileprivate var isValid: Bool {
        let separators = Set("\"(),/:;<=>?@[\\]{}".utf8)
        return !name.isEmpty
            && name.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7F && !separators.contains($0) }
            && value.utf8.allSatisfy { ($0 >= 0x20 && $0 != 0x7F) || $0 == 0x09 }
    }
}
