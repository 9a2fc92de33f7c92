import Cryptography
import JSON

/// Turns a text into a document or back, piece by piece.
protocol DocumentCoder {
    /// Takes the next piece, which may be empty.
    ///
    /// - Returns: what is ready to go out, in pieces of at most about a segment.
    mutating func append(_ piece: [UInt8]) throws(CryptographyFailure) -> [[UInt8]]

    /// Nothing more comes in.
    mutating func finish() throws(CryptographyFailure) -> [[UInt8]]
}

/// Encrypts a text.
struct DocumentEncoder: DocumentCoder {
    /// What the caller asks for.
    struct Options {
        var keyName: String
        /// As the caller writes it.
        var algorithm: String
        /// As the caller writes it; empty for the default.
        var cipher = ""
        var omitsKeyName = false
        /// What the document shall call the key; empty for its name.
        var decryptionKeyName = ""
    }

    private var segments: SegmentStream
    /// The header, until it is given out.
    private var header: [UInt8]

    init(_ options: Options, keys: LocalKeys) throws(CryptographyFailure) {
        let name = options.algorithm.uppercased()
        guard let algorithm = KeyWrapAlgorithm(name: name) else {
            throw CryptographyFailure(
                "option Algorithm is not valid: algorithm \(name) is not supported")
        }
        let cipherName = options.cipher.isEmpty ? "AES-GCM" : options.cipher.uppercased()
        guard let cipher = AuthenticatedCipher.Algorithm(name: cipherName) else {
            throw CryptographyFailure(
                "option Cipher is not valid: cipher \(cipherName) is not supported")
        }
        do throws(CryptographyError) {
            let key = DocumentKey(
                bytes: try randomBytes(DocumentKey.byteCount),
                noncePrefix: try randomBytes(DocumentKey.noncePrefixByteCount))
            segments = try SegmentStream(key, cipher: cipher, isSealing: true)
            let wrapped: [UInt8]
            do throws(KeyFault) {
                wrapped = try keys.key(options.keyName).wrap(key.bytes, algorithm)
            } catch {
                throw CryptographyError("failed to wrap the file key: " + error.text)
            }
            let named =
                options.decryptionKeyName.isEmpty ? options.keyName : options.decryptionKeyName
            let manifest = EncryptionManifest(
                keyName: options.omitsKeyName ? "" : named, algorithm: algorithm,
                wrappedKey: wrapped, cipher: cipher, noncePrefix: key.noncePrefix)
            header = Array((EncryptionScheme.name + "\n").utf8)
            header += manifest.serialized + [UInt8(ascii: "\n")]
            header += Array((Base64.encode(try key.code(of: header)) + "\n").utf8)
        } catch {
            throw CryptographyFailure(error.description)
        }
    }

    mutating func append(_ piece: [UInt8]) throws(CryptographyFailure) -> [[UInt8]] {
        let ready = try segments.append(piece[...])
        guard !header.isEmpty else { return ready }
        defer { header = [] }
        return [header] + ready
    }

    mutating func finish() throws(CryptographyFailure) -> [[UInt8]] {
        let ready = try append([])
        guard let last = try segments.finish() else { return ready }
        return ready + [last]
    }
}

/// Decrypts a document.
struct DocumentDecoder: DocumentCoder {
    private enum State {
        /// The header is not complete.
        case header([UInt8])
        case segments(SegmentStream)
    }

    private let keyName: String
    private let keys: LocalKeys
    private var state = State.header([])

    /// - Parameter keyName: the key to use; empty for the one that the document names.
    init(keyName: String, keys: LocalKeys) {
        self.keyName = keyName
        self.keys = keys
    }

    mutating func append(_ piece: [UInt8]) throws(CryptographyFailure) -> [[UInt8]] {
        switch state {
        case .header(var read):
            read += piece
            let ends = try Self.lineEnds(read)
            guard ends.count == 3 else {
                guard read.count < EncryptionScheme.headerLimit else {
                    throw Self.incomplete(ends)
                }
                state = .header(read)
                return []
            }
            var segments = try open(read, ends)
            let ready = try segments.append(read[(ends[2] + 1)...])
            state = .segments(segments)
            return ready
        case .segments(var segments):
            // Only one copy of what waits.
            state = .header([])
            let ready = try segments.append(piece[...])
            state = .segments(segments)
            return ready
        }
    }

    mutating func finish() throws(CryptographyFailure) -> [[UInt8]] {
        switch state {
        case .header(let read): throw Self.incomplete(try Self.lineEnds(read))
        case .segments(var segments):
            let last = try segments.finish()
            return last.map { [$0] } ?? []
        }
    }

    // MARK: - The header

    /// Where the first lines end, as far as they are there, at most three.
    private static func lineEnds(_ bytes: [UInt8]) throws(CryptographyFailure) -> [Int] {
        var ends: [Int] = []
        var start = 0
        while ends.count < 3, let end = bytes[start...].firstIndex(of: UInt8(ascii: "\n")) {
            guard end > start else { throw CryptographyFailure("invalid header: invalid format") }
            guard !ends.isEmpty || bytes[..<end].elementsEqual(EncryptionScheme.name.utf8) else {
                throw CryptographyFailure("invalid header: unsupported scheme")
            }
            ends.append(end)
            start = end + 1
        }
        return ends
    }

    private static func incomplete(_ ends: [Int]) -> CryptographyFailure {
        let missing =
            switch ends.count {
            case 0: "scheme name"
            case 1: "manifest"
            default: "message authentication code"
            }
        return CryptographyFailure("invalid header: \(missing) not found")
    }

    private func open(
        _ header: [UInt8], _ ends: [Int]
    ) throws(CryptographyFailure) -> SegmentStream {
        guard let manifest = EncryptionManifest(header[(ends[0] + 1)..<ends[1]]) else {
            throw CryptographyFailure("invalid header: invalid manifest")
        }
        let name = keyName.isEmpty ? manifest.keyName : keyName
        guard !name.isEmpty else {
            throw CryptographyFailure(
                "document's manifest does not contain a key name, and no key name was provided")
        }
        // Whether there is such a key shall not show: without one the MAC is wrong too.
        let unwrapped = try? keys.key(name).unwrap(manifest.wrappedKey, manifest.algorithm)
        let key = DocumentKey(
            bytes: unwrapped ?? [UInt8](repeating: 0, count: DocumentKey.byteCount),
            noncePrefix: manifest.noncePrefix)
        do throws(CryptographyError) {
            let lines = Array(header[...ends[1]])
            guard let code = Base64.decode(header[(ends[1] + 1)..<ends[2]]), unwrapped != nil,
                try key.isValid(code, of: lines)
            else { throw CryptographyError("failed to validate the document's signature") }
            return try SegmentStream(key, cipher: manifest.cipher, isSealing: false)
        } catch {
            throw CryptographyFailure(error.description)
        }
    }
}
