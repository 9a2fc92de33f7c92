import FoundationEssentials
import Testing

/// Whether what the documentation shows is what is compiled and run.
@Suite("Examples of the documentation")
struct ExamplesTests {
    private static let root = URL(filePath: #filePath).deletingLastPathComponent()
        .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
    private static let catalog = root.appending(path: "Sources/DaprClient/DaprClient.docc")
    private static let examples = root.appending(path: "Tests/DaprClientTests/Examples")

    /// The files of a folder, by name.
    private static func texts(in folder: URL, suffix: String) throws -> [String: String] {
        let names = try FileManager.default.contentsOfDirectory(atPath: folder.path)
        var texts: [String: String] = [:]
        for name in names where name.hasSuffix(suffix) {
            let bytes = try Data(contentsOf: folder.appending(path: name))
            texts[String(name.dropLast(suffix.count))] = String(decoding: bytes, as: UTF8.self)
        }
        return texts
    }

    /// The text with each run of blanks as one and no indentation.
    private static func normalized(_ text: some StringProtocol) -> String {
        text.split(separator: "\n", omittingEmptySubsequences: false)
            .map { $0.split(separator: " ").joined(separator: " ") }
            .joined(separator: "\n")
    }

    /// What stands between fences of Swift.
    private static func blocks(of article: String) -> [String] {
        article.split(separator: "```swift\n", omittingEmptySubsequences: false).dropFirst()
            .map { rest in
                let lines = rest.split(separator: "\n", omittingEmptySubsequences: false)
                return normalized(lines.prefix { $0 != "```" }.joined(separator: "\n"))
            }
    }

    @Test("each block of Swift in the articles is compiled code, up to indentation")
    func articles() throws {
        let code = try Self.texts(in: Self.examples, suffix: ".swift").values
            .map { "\n" + Self.normalized($0) }
        let articles = try Self.texts(in: Self.catalog, suffix: ".md")
        #expect(articles.count >= 17)
        for (name, article) in articles {
            for block in Self.blocks(of: article) {
                let isCompiled = code.contains { $0.contains("\n" + block + "\n") }
                #expect(isCompiled, "\(name).md has a block that no example has:\n\(block)")
            }
        }
    }

    @Test("each article is on the landing page, and each has an example")
    func landing() throws {
        let articles = try Self.texts(in: Self.catalog, suffix: ".md")
        let landing = try #require(articles["DaprClient"])
        for (name, article) in articles {
            #expect(!Self.blocks(of: article).isEmpty, "\(name).md has no example")
            guard name != "DaprClient" else { continue }
            #expect(landing.contains("- <doc:\(name)>\n"), "\(name).md is not to be found")
        }
    }

    @Test("each Swift call of the table for those who come from JavaScript is compiled code")
    func table() throws {
        let code = try #require(
            try Self.texts(in: Self.examples, suffix: ".swift")["FromJavaScriptExamples"])
        let table = try Data(contentsOf: Self.root.appending(path: "docs/FromJavaScript.md"))
        var calls = 0
        for line in String(decoding: table, as: UTF8.self).split(separator: "\n") {
            let cells = line.split(separator: " | ")
            guard line.hasPrefix("| `"), cells.count > 1 else { continue }
            // What stands between backticks.
            for (index, call) in cells[1].split(separator: "`").enumerated()
            where cells[1].hasPrefix("`") == index.isMultiple(of: 2) {
                calls += 1
                #expect(code.contains(call), "no example has \(call)")
            }
        }
        #expect(calls > 50)
    }
}
