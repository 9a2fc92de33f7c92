import Cryptography
import EventLoop
import JSON
import Testing

@testable import DevSidecar

@Suite("Dapr's encryption scheme")
struct EncryptionSchemeTests {
    /// Keys in a folder: `aes256` as it was recorded, and others.
    private func withKeys(_ body: (LocalKeys) throws -> Void) throws {
        let folder = try RootedFolder.temporary()
        defer { folder.removeAll() }
        try folder.write(Array(0..<32), to: "aes256")
        try folder.write(Array(0..<16), to: "aes128")
        try folder.write(try RSAKey.generate(bitCount: 2048).pem(), to: "rsa.pem")
        try body(
            LocalKeys(
                Component(
                    name: "c", type: "crypto.dapr.localstorage", metadata: ["path": folder.path])))
    }

    private func encode(
        _ text: [UInt8], _ keys: LocalKeys, key: String = "aes256", algorithm: String = "A256KW",
        pieces: Int = .max
    ) throws -> [UInt8] {
        var coder = try DocumentEncoder(
            DocumentEncoder.Options(keyName: key, algorithm: algorithm), keys: keys)
        return try run(&coder, text, pieces: pieces)
    }

    private func decode(
        _ document: [UInt8], _ keys: LocalKeys, key: String = "", pieces: Int = .max
    ) throws -> [UInt8] {
        var coder = DocumentDecoder(keyName: key, keys: keys)
        return try run(&coder, document, pieces: pieces)
    }

    private func run(
        _ coder: inout some DocumentCoder, _ input: [UInt8], pieces: Int
    ) throws -> [UInt8] {
        var output: [[UInt8]] = []
        var start = 0
        while start < input.count {
            let end = min(input.count, pieces == .max ? input.count : start + pieces)
            output += try coder.append(Array(input[start..<end]))
            start = end
        }
        output += try coder.finish()
        return Array(output.joined())
    }

    private func failure(_ body: () throws -> [UInt8]) -> String? {
        #expect(throws: CryptographyFailure.self) { try body() }?.text
    }

    @Test("a document that daprd made decrypts")
    func recorded() throws {
        let document = try #require(
            Base64.decode(
                "ZGFwci5pby9lbmMvdjEKeyJrIjoiYWVzMjU2Iiwia3ciOjEsIndmayI6IlNtY1ZjMUNiaTZLU2Vqa3ds"
                    + "TStNS0xvMEhkeUtyeUNNREhrdTNldUJud3JUVlRha1pXYnN5dz09IiwiY3BoIjoxLCJucCI6"
                    + "IjAwQVgyWkQvclE9PSJ9CnBvUTV4ckpuN05NcFlQbHBzS0Rab3U5UENXNHZROW9kZVFjMGxQ"
                    + "NGNYSVk9ChZwnwuMe3bRAA5vTGRzpNg+"))
        try withKeys { keys in
            let whole = try decode(document, keys)
            #expect(whole == Array("x".utf8))
            let bytewise = try decode(document, keys, pieces: 1)
            #expect(bytewise == Array("x".utf8))
        }
    }

    @Test(
        "texts of every length come back, however they are cut",
        arguments: [0, 1, 65_535, 65_536, 65_537, 131_072, 200_000], [1000, 65_552, Int.max])
    func lengths(count: Int, pieces: Int) throws {
        try withKeys { keys in
            let text = (0..<count).map { UInt8(truncatingIfNeeded: $0 &* 7) }
            let document = try encode(text, keys, pieces: pieces)
            let segments = (count + 65_535) / 65_536
            let header = try encode([], keys).count
            #expect(document.count == header + count + 16 * segments)
            #expect(try decode(document, keys, pieces: pieces) == text)
        }
    }

    @Test("an RSA key encrypts and decrypts; the key can be told to the decoder")
    func rsa() throws {
        try withKeys { keys in
            let document = try encode([1, 2], keys, key: "rsa.pem", algorithm: "rsa-oaep-256")
            #expect(try decode(document, keys) == [1, 2])
            #expect(try decode(document, keys, key: "rsa.pem") == [1, 2])
            #expect(
                failure { try decode(document, keys, key: "aes256") }
                    == "failed to validate the document's signature")
        }
    }

    @Test("segments cannot be left out, added, swapped or taken for the last")
    func segments() throws {
        try withKeys { keys in
            let text = [UInt8](repeating: 1, count: 3 * 65_536)
            let document = try encode(text, keys)
            let size = 65_552
            let start = document.count - 3 * size
            let header = Array(document[..<start])
            let parts = (0..<3).map { Array(document[(start + $0 * size)...].prefix(size)) }
            for order in [[0, 1], [0], [1, 0, 2], [0, 2], [0, 1, 2, 2], [0, 0, 1, 2]] {
                let changed = header + order.flatMap { parts[$0] }
                #expect(failure { try decode(changed, keys) }?.hasSuffix("decrypt segment") == true)
            }
        }
    }

    @Test("each changed byte of the header is noticed")
    func header() throws {
        try withKeys { keys in
            let document = try encode([1], keys)
            let end = document.count - 17
            // The last character before the "=" of the MAC holds two bits that mean nothing.
            for index in document.indices.prefix(end) where index != end - 3 {
                var changed = document
                changed[index] ^= 1
                #expect(failure { try decode(changed, keys) } != nil)
            }
        }
    }

    @Test(
        "headers that are none say what is missing",
        arguments: [
            ("", "invalid header: scheme name not found"),
            ("dapr.io/enc/v1", "invalid header: scheme name not found"),
            ("dapr.io/enc/v2\n{}\nx\n", "invalid header: unsupported scheme"),
            ("dapr.io/enc/v1\n", "invalid header: manifest not found"),
            ("dapr.io/enc/v1\n{}\n", "invalid header: message authentication code not found"),
            ("dapr.io/enc/v1\n\nx\n", "invalid header: invalid format"),
            ("dapr.io/enc/v1\n{}\nx\n", "invalid header: invalid manifest"),
            ("dapr.io/enc/v1\nno JSON\nx\n", "invalid header: invalid manifest"),
            (
                #"dapr.io/enc/v1"# + "\n"
                    + #"{"kw":1,"wfk":"AAAA","cph":1,"np":"AAAAAAAAAA=="}"# + "\nx\n",
                "document's manifest does not contain a key name, and no key name was provided"
            ),
        ])
    func noHeader(document: String, text: String) throws {
        try withKeys { keys in
            #expect(failure { try decode(Array(document.utf8), keys) } == text)
            #expect(failure { try decode(Array(document.utf8), keys, pieces: 1) } == text)
        }
    }

    @Test("a header without end is given up at 64 KiB")
    func endlessHeader() throws {
        try withKeys { keys in
            var coder = DocumentDecoder(keyName: "", keys: keys)
            #expect(throws: CryptographyFailure.self) {
                for _ in 0..<100 { _ = try coder.append([UInt8](repeating: 1, count: 1000)) }
            }
        }
    }

    @Test("a key that does not fit, is not there or lies elsewhere is an error")
    func keys() throws {
        try withKeys { keys in
            let wrap = "failed to wrap the file key: "
            let retrieve = wrap + "failed to retrieve the key encryption key: "
            #expect(
                failure { try encode([], keys, key: "a/../../x") } == retrieve
                    + "invalid key path: cannot contain '..'")
            #expect(
                failure { try encode([], keys, key: "none") }?.hasPrefix(
                    retrieve + "failed to load key 'none': open ") == true)
            for (key, algorithm) in [
                ("aes128", "A256KW"), ("rsa.pem", "AES"), ("aes256", "RSA"),
                ("aes128", "A128CBC-NOPAD"),
            ] {
                #expect(
                    failure { try encode([], keys, key: key, algorithm: algorithm) }?.hasPrefix(
                        wrap + "failed to encrypt data: ") == true)
            }
        }
    }
}
