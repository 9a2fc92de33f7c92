import EventLoop
import TLS
import Testing

/// A certificate, key or authority of `Tests/Fixtures/tls`.
private func fixture(_ name: String) throws -> [UInt8] {
    let here = #filePath.split(separator: "/").dropLast(2).joined(separator: "/")
    return try SystemFiles.read("/\(here)/Fixtures/tls/\(name)")
}

private func identity(_ name: String, key: String) throws -> TLSContext.Identity {
    try TLSContext.Identity(
        certificates: fixture("\(name).pem"), privateKey: fixture("\(key).key"))
}

/// Two ends in memory.
private struct Pair {
    let client: TLSSession
    let server: TLSSession

    init(
        server name: String = "server", clientTrusts authority: String = "ca",
        trust: TLSContext.Trust? = nil, identity client: TLSContext.Identity? = nil,
        serverTrusts: String? = nil, host: String = "localhost", offers: [String] = ["h2"],
        speaks: [String] = ["h2", "http/1.1"]
    ) throws {
        self.client = try TLSSession(
            TLSContext(
                trust: trust ?? .certificates(fixture("\(authority).pem")), identity: client),
            serverName: host, protocols: offers)
        server = try TLSSession(
            accepting: TLSContext(
                serving: identity(name, key: "server"),
                clients: serverTrusts.map { .certificates(try fixture("\($0).pem")) },
                protocols: speaks))
    }

    /// Carries records to and fro until nobody has any.
    func shakeHands() throws {
        while true {
            _ = try client.advance()
            var moved = try carry(client, to: server)
            _ = try server.advance()
            moved = try carry(server, to: client) || moved
            if !moved { return }
        }
    }

    @discardableResult
    func carry(_ from: TLSSession, to: TLSSession) throws -> Bool {
        var records: [UInt8] = []
        from.drain(into: &records)
        to.receive(records.span)
        return !records.isEmpty
    }
}

@Suite("TLS in memory")
struct SessionTests {
    @Test("both ends agree on a protocol, and what one writes the other reads")
    func talks() throws {
        let pair = try Pair()
        try pair.shakeHands()
        #expect(pair.client.isEstablished && pair.server.isEstablished)
        #expect(pair.client.applicationProtocol == "h2")
        let sent = Array(repeatElement([UInt8](0...250), count: 400).joined())
        try pair.client.write(sent)
        try pair.carry(pair.client, to: pair.server)
        var received: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 16 << 10)
        while case let count = try pair.server.read(into: &buffer), count > 0 {
            received += buffer[..<count]
        }
        #expect(received == sent)
        pair.client.end()
        try pair.carry(pair.client, to: pair.server)
        #expect(try pair.server.read(into: &buffer) == 0)
        #expect(pair.server.isEndedByPeer)
    }

    @Test(
        "the server's best protocol that the client knows is taken",
        arguments: [
            (["h2", "http/1.1"], ["h2", "http/1.1"], "h2"),
            (["h2", "http/1.1"], ["http/1.1"], "http/1.1"),
            (["http/1.1"], ["h2", "http/1.1"], "http/1.1"),
        ])
    func alpn(offers: [String], speaks: [String], agreed: String) throws {
        let pair = try Pair(offers: offers, speaks: speaks)
        try pair.shakeHands()
        #expect(pair.client.applicationProtocol == agreed)
    }

    @Test("without a protocol in common there is no connection")
    func noProtocol() throws {
        let pair = try Pair(speaks: ["http/1.1"])
        #expect(throws: TLSError.self) { try pair.shakeHands() }
        try pair.carry(pair.server, to: pair.client)
        let error = #expect(throws: TLSError.self) { try pair.client.advance() }
        #expect(error?.kind == .applicationProtocol)
        #expect(error?.text.contains("ALPN") == true)
    }

    @Test(
        "a certificate that does not fit is refused, and the error says why",
        arguments: [
            ("expired", "ca", "localhost", "certificate has expired"),
            ("server", "other-ca", "localhost", "unable to get local issuer certificate"),
            ("elsewhere", "ca", "localhost", "hostname mismatch"),
            ("elsewhere", "ca", "127.0.0.1", "IP address mismatch"),
            ("server", "ca", "192.0.2.1", "IP address mismatch"),
        ])
    func certificate(name: String, authority: String, host: String, reason: String) throws {
        let pair = try Pair(server: name, clientTrusts: authority, host: host)
        let error = #expect(throws: TLSError.self) { try pair.shakeHands() }
        #expect(error?.kind == .certificate)
        #expect(error?.text.contains(reason) == true, "\(error?.text ?? "")")
        #expect(error?.text.contains(host) == true)
    }

    @Test("addresses are checked as addresses", arguments: ["127.0.0.1", "::1", "localhost"])
    func addresses(host: String) throws {
        let pair = try Pair(host: host)
        try pair.shakeHands()
        #expect(pair.client.isEstablished)
    }

    @Test("the system's authorities do not know ours; who checks nothing takes it")
    func trust() throws {
        let strict = try Pair(trust: .system)
        #expect(throws: TLSError.self) { try strict.shakeHands() }
        let blind = try Pair(server: "expired", trust: .anyone, host: "whoever")
        try blind.shakeHands()
        #expect(blind.client.isEstablished)
    }

    @Test("a server that demands a certificate gets the client's, and refuses another one's")
    func clientCertificate() throws {
        let known = try Pair(identity: identity("client", key: "client"), serverTrusts: "ca")
        try known.shakeHands()
        #expect(known.server.isEstablished)
        for wrong in [try identity("stranger", key: "client"), nil] {
            let pair = try Pair(identity: wrong, serverTrusts: "ca")
            #expect(throws: TLSError.self) { try pair.shakeHands() }
            try pair.carry(pair.server, to: pair.client)
            var buffer = [UInt8](repeating: 0, count: 100)
            let error = #expect(throws: TLSError.self) { try pair.client.read(into: &buffer) }
            #expect(error?.kind == .connection)
            #expect(error?.text.contains("alert") == true)
        }
    }

    @Test("records that were tampered with are an error, not data")
    func tampering() throws {
        let pair = try Pair()
        try pair.shakeHands()
        try pair.client.write(Array("hello".utf8))
        var records: [UInt8] = []
        pair.client.drain(into: &records)
        records[records.count - 1] ^= 1
        pair.server.receive(records.span)
        var buffer = [UInt8](repeating: 0, count: 100)
        let error = #expect(throws: TLSError.self) { try pair.server.read(into: &buffer) }
        #expect(error?.kind == .connection)
    }

    @Test(
        "what is no certificate, no key or another's key is refused when the client is made",
        arguments: [
            ("make.sh", "client.pem", "client.key", "authorities"),
            ("ca.pem", "make.sh", "client.key", "certificate"),
            ("ca.pem", "client.pem", "make.sh", "private key"),
            ("ca.pem", "client.pem", "server.key", "does not belong"),
        ])
    func files(authority: String, certificate: String, key: String, what: String) throws {
        let trust = TLSContext.Trust.certificates(try fixture(authority))
        let identity = TLSContext.Identity(
            certificates: try fixture(certificate), privateKey: try fixture(key))
        let error = #expect(throws: TLSError.self) {
            try TLSContext(trust: trust, identity: identity)
        }
        #expect(error?.kind == .configuration)
        #expect(error?.text.contains(what) == true, "\(error?.text ?? "")")
    }

    @Test("bytes that are no TLS end the handshake")
    func garbage() throws {
        let pair = try Pair()
        _ = try pair.client.advance()
        pair.client.receive(Array("HTTP/1.1 400 Bad Request\r\n\r\n".utf8).span)
        let error = #expect(throws: TLSError.self) { try pair.client.advance() }
        #expect(error?.kind == .handshake)
    }
}
