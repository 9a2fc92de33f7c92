import EventLoop
import FoundationEssentials
import Testing

@testable import DaprClient

@Suite("What the documentation says of errors")
struct ErrorDocumentationTests {
    private static let root =
        "/" + #filePath.split(separator: "/").dropLast(3).joined(separator: "/")

    /// The comment of each requirement of the API's protocols, by the requirement's name.
    private static func comments() throws -> [String: String] {
        let folder = "\(root)/Sources/DaprClient/API"
        var comments: [String: String] = [:]
        for file in try FileManager.default.contentsOfDirectory(atPath: folder)
        where file.hasSuffix("API.swift") {
            let text = String(
                decoding: try SystemFiles.read("\(folder)/\(file)"), as: UTF8.self)
            var comment = ""
            for line in text.split(separator: "\n", omittingEmptySubsequences: false) {
                if line.hasPrefix("    ///") {
                    comment += line.dropFirst(7) + "\n"
                } else {
                    if line.hasPrefix("    func ") {
                        comments[String(line.dropFirst(9).prefix { $0 != "(" })] = comment
                    }
                    comment = ""
                }
            }
        }
        return comments
    }

    /// What stands behind `Throws:`, to the end of that item.
    private static func thrown(_ comment: String) -> String {
        guard let start = comment.split(separator: "- Throws:", maxSplits: 1).dropFirst().first
        else { return "" }
        return String(start)
    }

    @Test("each method documents the errors that the tests of every method expect of it")
    func everyMethod() throws {
        let comments = try Self.comments()
        for method in APIMethod.all {
            let thrown = Self.thrown(try #require(comments[method.name], "\(method.name)"))
            #expect(!thrown.isEmpty, "\(method.name) says nothing of errors")
            var kinds = [method.unknown, method.answer].compactMap { $0 }
            if method.offers.count == 1 { kinds.append(.notSupported) }
            for kind in kinds {
                #expect(thrown.contains("`.\(kind.rawValue)`"), "\(method.name): \(kind)")
            }
        }
    }

    @Test("the article on errors has every kind")
    func article() throws {
        let path = "\(Self.root)/Sources/DaprClient/DaprClient.docc/CallErrors.md"
        let text = String(decoding: try SystemFiles.read(path), as: UTF8.self)
        for kind in DaprError.Kind.allCases {
            #expect(text.contains("``DaprError/Kind/\(kind.rawValue)``"), "\(kind)")
        }
    }
}
