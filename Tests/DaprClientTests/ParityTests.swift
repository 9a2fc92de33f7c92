import DevSidecar
import EventLoop
import FoundationEssentials
import Testing

@testable import DaprClient

@Suite("What every method does over every protocol")
struct ParityTests {
    private static let root =
        "/" + #filePath.split(separator: "/").dropLast(3).joined(separator: "/")

    @Test("the table has every requirement of the API's protocols")
    func isComplete() throws {
        let folder = "\(Self.root)/Sources/DaprClient/API"
        var required: [String] = []
        for file in try FileManager.default.contentsOfDirectory(atPath: folder)
        where file.hasSuffix("API.swift") {
            let text = String(
                decoding: try SystemFiles.read("\(folder)/\(file)"), as: UTF8.self)
            // A requirement stands in a protocol that is a part of `DaprAPI`, which AppCall is not.
            var isPart = false
            for line in text.split(separator: "\n") {
                if line.hasPrefix("public ") {
                    isPart = line.hasPrefix("public protocol ") && line.contains("API")
                }
                // The HTTP API itself, which stands for all methods and is none: `NativeTests`.
                if line.contains("protocol NativeAPI") { isPart = false }
                guard isPart, line.hasPrefix("    func ") else { continue }
                required.append(String(line.dropFirst(9).prefix { $0 != "(" }))
            }
        }
        #expect(required.sorted() == APIMethod.all.map(\.name).sorted())
        #expect(required.count > 40)
    }

    @Test("docs/Parity.md says what happens (DAPRGW_WRITE_PARITY=1 writes it)")
    func document() async throws {
        var cells: [DaprProtocol: [String]] = [:]
        for api in DaprProtocol.allCases {
            try await withDevelopmentSidecar(api) { client in
                for method in APIMethod.all {
                    cells[api, default: []].append(try await outcome(of: method, on: client, api))
                }
            }
        }
        var lines = Self.introduction
        for (index, method) in APIMethod.all.enumerated() {
            let columns = [
                method.block, method.javaScript ?? "–", "`\(method.handle)`", "`\(method.name)`",
                cells[.http]?[index] ?? "", cells[.grpc]?[index] ?? "",
                cells[.auto]?[index] ?? "",
            ]
            lines.append("| " + columns.joined(separator: " | ") + " |")
        }
        let text = lines.joined(separator: "\n") + "\n"
        let path = "\(Self.root)/docs/Parity.md"
        if ProcessEnvironment.current["DAPRGW_WRITE_PARITY"] == "1" {
            try Data(text.utf8).write(to: URL(filePath: path))
        }
        let committed = (try? SystemFiles.read(path)) ?? []
        #expect(String(decoding: committed, as: UTF8.self) == text)
    }

    private func outcome(
        of method: APIMethod, on api: any DaprAPI, _ protocol: DaprProtocol
    ) async throws -> String {
        let isOffered = method.isOffered(over: `protocol`)
        do {
            let data = isOffered ? try await method.prepare?(api) : nil
            try await method.call(api, method.subject, data ?? method.data, CallOptions())
            #expect(isOffered, "\(method.name) over \(`protocol`)")
            #expect(method.answer == nil, "\(method.name) over \(`protocol`)")
            return "works"
        } catch let error as DaprError where error.kind == .notSupported {
            #expect(!isOffered, "\(method.name) over \(`protocol`): \(error)")
            #expect(error.isUnprocessed, "\(method.name) does not ask the sidecar")
            return "not offered by daprd: “\(error.message)”"
        } catch let error as DaprError {
            #expect(error.kind == method.answer, "\(method.name) over \(`protocol`): \(error)")
            return "works"
        }
    }

    private static let introduction = [
        "# Parity with the JavaScript client",
        "",
        "Every method of `DaprAPI`, called by `ParityTests` against the development sidecar. That test",
        "writes this file (`DAPRGW_WRITE_PARITY=1 swift test --filter ParityTests`), and fails when it",
        "says something else. Where daprd offers a feature over one protocol only, the other one throws",
        "`DaprError` of the kind `notSupported` with the sentence quoted here. `auto` uses whichever",
        "protocol has it and keeps the bytes.",
        "",
        "| Building block | JavaScript | Swift handle | `DaprAPI` | HTTP | gRPC | auto |",
        "|---|---|---|---|---|---|---|",
    ]
}
