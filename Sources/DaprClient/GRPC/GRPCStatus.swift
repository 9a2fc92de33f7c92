import DaprProtos
import HTTP2
import JSON
import SwiftProtobuf

/// How a gRPC call ended, as its trailers say (dapr/grpc-api.md sections 18 and 19.4).
struct GRPCStatus: Hashable {
    var code: Int
    var message = ""
    var details: [DaprError.Detail] = []
    /// The answer claimed success and made no sense: the code is ours then, not the sidecar's.
    var isMalformed = false

    /// The first `ErrorInfo.reason`.
    var reason: String? {
        for case .errorInfo(let reason, _, _) in details { return reason }
        return nil
    }

    /// The metadata of the first `ErrorInfo`.
    var errorMetadata: [String: String] {
        for case .errorInfo(_, _, let metadata) in details { return metadata }
        return [:]
    }
}

extension GRPCStatus {
    /// Whether a response is OK in every respect but its messages; the fast way out.
    static func isOK(_ response: ExchangeResponse) -> Bool {
        (response.trailers ?? response.head).value(of: "grpc-status", is: "0")
            && hasGRPCContent(response.head)
    }

    /// Reads the status of a response that is not `isOK`.
    init(_ response: ExchangeResponse) {
        let fields = response.trailers ?? response.head
        let httpStatus = response.head.status ?? 0
        guard let text = fields["grpc-status"] else {
            // Whatever answered was no gRPC server.
            self.init(
                code: httpStatus == 200 ? 2 : Self.code(forHTTPStatus: httpStatus),
                message: "the answer has HTTP status \(httpStatus) and no gRPC status")
            isMalformed = httpStatus == 200
            return
        }
        guard let code = Int(text), (0...16).contains(code) else {
            self.init(code: 2, message: "the answer has the gRPC status '\(text)'")
            isMalformed = true
            return
        }
        guard code != 0 else {
            self.init(code: 2, message: "the answer's content type is not gRPC's")
            isMalformed = true
            return
        }
        self.init(code: code)
        if let message = fields.bytes(of: "grpc-message") {
            self.message = Self.decodeMessage(message)
        }
        if let blob = fields.bytes(of: "grpc-status-details-bin") {
            details = Self.decodeDetails(blob)
        }
    }

    static func hasGRPCContent(_ head: HeaderBlock) -> Bool {
        head.value(of: "content-type", startsWith: "application/grpc")
    }

    /// What an HTTP status without a gRPC status means (section 19.4).
    static func code(forHTTPStatus status: Int) -> Int {
        switch status {
        case 400: 13
        case 401: 16
        case 403: 7
        case 404: 12
        case 429, 502, 503, 504: 14
        default: 2
        }
    }

    /// Undoes the percent-encoding of `grpc-message`; bad escapes stay as they are.
    static func decodeMessage(_ text: ArraySlice<UInt8>) -> String {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(text.count)
        var index = text.startIndex
        while index < text.endIndex {
            if text[index] == UInt8(ascii: "%"), index + 2 < text.endIndex,
                let high = hexDigit(text[index + 1]), let low = hexDigit(text[index + 2])
            {
                bytes.append(high << 4 | low)
                index += 3
            } else {
                bytes.append(text[index])
                index += 1
            }
        }
        return String(decoding: bytes, as: UTF8.self)
    }

    private static func hexDigit(_ byte: UInt8) -> UInt8? {
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"): byte - UInt8(ascii: "0")
        case UInt8(ascii: "a")...UInt8(ascii: "f"): byte - UInt8(ascii: "a") + 10
        case UInt8(ascii: "A")...UInt8(ascii: "F"): byte - UInt8(ascii: "A") + 10
        default: nil
        }
    }

    /// Reads `grpc-status-details-bin`. A bad one must not hide the status, so it reads as empty.
    static func decodeDetails(_ text: ArraySlice<UInt8>) -> [DaprError.Detail] {
        guard let blob = Base64.decode(text),
            let status = try? Google_Rpc_Status(serializedBytes: blob)
        else { return [] }
        return status.details.map(DaprError.Detail.init)
    }
}

extension DaprError.Detail {
    /// Reads one detail by its type; one that cannot be read keeps its type only.
    init(_ detail: Google_Protobuf_Any) {
        let type = detail.typeURL.split(separator: "/").last.map(String.init) ?? ""
        self = .other(type: type)
        switch type {
        case "google.rpc.ErrorInfo":
            guard let info = try? Google_Rpc_ErrorInfo(serializedBytes: detail.value) else {
                return
            }
            self = .errorInfo(reason: info.reason, domain: info.domain, metadata: info.metadata)
        case "google.rpc.ResourceInfo":
            guard let info = try? Google_Rpc_ResourceInfo(serializedBytes: detail.value) else {
                return
            }
            self = .resourceInfo(
                type: info.resourceType, name: info.resourceName, owner: info.owner,
                description: info.description_p)
        case "google.rpc.BadRequest":
            guard let bad = try? Google_Rpc_BadRequest(serializedBytes: detail.value) else {
                return
            }
            self = .badRequest(
                bad.fieldViolations.map {
                    DaprError.FieldViolation(field: $0.field, description: $0.description_p)
                })
        case "google.rpc.Help":
            guard let help = try? Google_Rpc_Help(serializedBytes: detail.value) else { return }
            self = .help(
                help.links.map { DaprError.Link(description: $0.description_p, url: $0.url) })
        default: break
        }
    }
}
