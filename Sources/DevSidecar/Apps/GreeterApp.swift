import DaprProtos
import FoundationEssentials
import JSON
import SwiftProtobuf

/// A gRPC app that answers `oninvoke METHOD DATA` and how it was called; method `md` adds the
/// metadata, method `fail` fails.
final class GreeterApp: CallbackApp {
    func onInvoke(
        _ request: Dapr_Proto_Common_V1_InvokeRequest, metadata: [AppField]
    ) throws(GRPCStatus) -> CallbackResponse {
        if request.method == "fail" {
            throw GRPCStatus(GRPCStatus.failedPrecondition, "nope")
        }
        var text = Array("oninvoke \(request.method) ".utf8)
        text += request.data.value
        text += Array(" ct=\(request.contentType)".utf8)
        if request.hasHTTPExtension {
            let query = request.httpExtension.querystring
            text += Array(" verb=\(request.httpExtension.verb.rawValue) query=\(query)".utf8)
        }
        if request.method == "md" { text += Array(" md=".utf8) + Self.list(metadata) }
        var message = Dapr_Proto_Common_V1_InvokeResponse()
        message.data.value = Data(text)
        message.contentType = "text/plain"
        return CallbackResponse(
            message: message, headers: [AppField(name: "x-init", value: "1")],
            trailers: [AppField(name: "x-trail", value: "2")])
    }

    /// The metadata, sorted; binary values in hexadecimal digits.
    private static func list(_ metadata: [AppField]) -> [UInt8] {
        let pairs = metadata.map { field in
            field.name.hasSuffix("-bin")
                ? (field.name, hexadecimal(Base64.decode(field.value) ?? []))
                : (field.name, field.value)
        }
        return PythonJSON.dump(
            .array(pairs.sorted { $0 < $1 }.map { .array([.string($0.0), .string($0.1)]) }))
    }

    static func hexadecimal(_ bytes: [UInt8]) -> String {
        bytes.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
    }
}
