internal import COpenSSL

/// One TLS connection without the transport: records in, records out, on OpenSSL with memory BIOs.
///
/// Belongs to one isolation domain.
@safe
public final class TLSSession {
    private let context: TLSContext
    private let peerName: String
    // Freed in deinit only; it owns both BIOs.
    private let ssl: OpaquePointer
    private let incoming: OpaquePointer
    private let outgoing: OpaquePointer
    /// The handshake is done.
    public private(set) var isEstablished = false
    /// The peer said that it sends nothing more (close_notify).
    public private(set) var isEndedByPeer = false
    private var hasFailed = false

    /// A client's connection, whose handshake begins with the first call of `advance()`.
    ///
    /// - Parameters:
    ///   - serverName: the host name or IP address that the certificate must be for.
    ///   - protocols: the application protocols to offer, best first.
    public convenience init(
        _ context: TLSContext, serverName: String, protocols: [String]
    ) throws(TLSError) {
        try self.init(context, peerName: serverName)
        try setName(serverName)
        let wire = protocols.flatMap { [UInt8(clamping: $0.utf8.count)] + Array($0.utf8) }
        // Copies the list; unlike everything else it returns 0 when it worked.
        guard unsafe SSL_set_alpn_protos(ssl, wire, UInt32(wire.count)) == 0 else {
            throw TLSError(.configuration, ErrorQueue.text)
        }
        unsafe SSL_set_connect_state(ssl)
    }

    /// A server's connection.
    public convenience init(accepting context: TLSContext) throws(TLSError) {
        try self.init(context, peerName: "the client")
        unsafe SSL_set_accept_state(ssl)
    }

    private init(_ context: TLSContext, peerName: String) throws(TLSError) {
        ErrorQueue.clear()
        guard let ssl = unsafe SSL_new(context.handle) else {
            throw TLSError(.handshake, ErrorQueue.text)
        }
        guard let incoming = unsafe BIO_new(BIO_s_mem()), let outgoing = unsafe BIO_new(BIO_s_mem())
        else {
            unsafe SSL_free(ssl)
            throw TLSError(.handshake, ErrorQueue.text)
        }
        self.context = context
        self.peerName = peerName
        unsafe self.ssl = ssl
        unsafe self.incoming = incoming
        unsafe self.outgoing = outgoing
        unsafe SSL_set_bio(ssl, incoming, outgoing)
        // Unretained: this object frees the connection before it goes.
        unsafe SSL_set_ex_data(ssl, 0, Unmanaged.passUnretained(self).toOpaque())
    }

    deinit {
        unsafe SSL_free(ssl)
    }

    private func setName(_ name: String) throws(TLSError) {
        // Is it an address? Then the certificate must have it, and it is no server name (RFC 6066).
        let parameters = unsafe SSL_get0_param(ssl)
        if unsafe X509_VERIFY_PARAM_set1_ip_asc(parameters, name) == 1 { return }
        ErrorQueue.clear()
        unsafe SSL_set_hostflags(ssl, UInt32(X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS))
        let isSet = unsafe name.withCString { text in
            // Both copy the name.
            unsafe SSL_set1_host(ssl, text) == 1
                && SSL_ctrl(
                    ssl, SSL_CTRL_SET_TLSEXT_HOSTNAME, Int(TLSEXT_NAMETYPE_host_name),
                    UnsafeMutableRawPointer(mutating: text)) == 1
        }
        guard isSet else {
            throw TLSError(.configuration, "'\(name)' cannot be a server's name")
        }
    }

    /// The session to which a C connection belongs, for the library's callbacks.
    static func of(_ ssl: OpaquePointer?) -> TLSSession? {
        guard let data = unsafe SSL_get_ex_data(ssl, 0) else { return nil }
        return unsafe Unmanaged<TLSSession>.fromOpaque(data).takeUnretainedValue()
    }

    /// Where our best protocol stands in a client's list (RFC 7301 section 3.1).
    func choice(among offered: UnsafeBufferPointer<UInt8>) -> Range<Int>? {
        for wanted in context.protocols {
            var start = 0
            while start < offered.count {
                let end = unsafe start + 1 + Int(offered[start])
                guard end <= offered.count else { return nil }
                if unsafe offered[start + 1..<end].elementsEqual(wanted.utf8) {
                    return start + 1..<end
                }
                start = end
            }
        }
        return nil
    }

    // MARK: - Records

    /// Feeds what arrived.
    public func receive(_ records: Span<UInt8>) {
        // A memory BIO grows and copies at once.
        unsafe records.withUnsafeBytes { raw in
            _ = unsafe BIO_write(incoming, raw.baseAddress, Int32(clamping: raw.count))
        }
    }

    /// Whether there is something to drain.
    public var hasOutput: Bool { unsafe BIO_ctrl_pending(outgoing) > 0 }

    /// Appends what is to be sent.
    public func drain(into output: inout [UInt8]) {
        let count = unsafe BIO_ctrl_pending(outgoing)
        guard count > 0 else { return }
        output.append(addingCapacity: count) { span in
            // As many bytes as the BIO says that it has, into the room that was made for them.
            unsafe span.withUnsafeMutableBufferPointer { buffer, filled in
                filled = max(
                    0, Int(unsafe BIO_read(outgoing, buffer.baseAddress, Int32(clamping: count))))
            }
        }
    }

    /// Goes on with the handshake as far as what arrived allows.
    ///
    /// - Returns: whether it is done.
    public func advance() throws(TLSError) -> Bool {
        guard !isEstablished else { return true }
        ErrorQueue.clear()
        let result = unsafe SSL_do_handshake(ssl)
        if result == 1 {
            isEstablished = true
            return true
        }
        let code = unsafe SSL_get_error(ssl, result)
        guard code == SSL_ERROR_WANT_READ || code == SSL_ERROR_WANT_WRITE else {
            hasFailed = true
            throw handshakeError()
        }
        return false
    }

    /// Decrypts up to one record.
    ///
    /// - Returns: how many bytes were put at the beginning of `buffer`; 0 when more must arrive
    ///   first, or when the peer has ended.
    public func read(into buffer: inout [UInt8]) throws(TLSError) -> Int {
        guard !isEndedByPeer else { return 0 }
        ErrorQueue.clear()
        let count = unsafe buffer.withUnsafeMutableBytes { raw in
            unsafe SSL_read(ssl, raw.baseAddress, Int32(clamping: raw.count))
        }
        if count > 0 { return Int(count) }
        switch unsafe SSL_get_error(ssl, count) {
        case SSL_ERROR_WANT_READ, SSL_ERROR_WANT_WRITE: return 0
        case SSL_ERROR_ZERO_RETURN:
            isEndedByPeer = true
            return 0
        default:
            hasFailed = true
            throw TLSError(.connection, ErrorQueue.text)
        }
    }

    /// Encrypts.
    public func write(_ bytes: [UInt8]) throws(TLSError) {
        guard !bytes.isEmpty else { return }
        ErrorQueue.clear()
        let count = unsafe bytes.withUnsafeBytes { raw in
            unsafe SSL_write(ssl, raw.baseAddress, Int32(clamping: raw.count))
        }
        // Into a BIO that grows everything goes at once.
        guard count == bytes.count else {
            hasFailed = true
            throw TLSError(.connection, ErrorQueue.text)
        }
    }

    /// Says that nothing more will be sent (close_notify).
    public func end() {
        guard isEstablished, !hasFailed else { return }
        ErrorQueue.clear()
        _ = unsafe SSL_shutdown(ssl)
    }

    /// The application protocol that was agreed on, if any.
    public var applicationProtocol: String? {
        var name: UnsafePointer<UInt8>?
        var length: UInt32 = 0
        unsafe SSL_get0_alpn_selected(ssl, &name, &length)
        guard let name = unsafe name, length > 0 else { return nil }
        // Belongs to the connection, and is copied.
        return unsafe String(
            decoding: UnsafeBufferPointer(start: name, count: Int(length)), as: UTF8.self)
    }

    private func handshakeError() -> TLSError {
        let error = ErrorQueue.take()
        // The library's own texts are constants.
        let verdict = unsafe SSL_get_verify_result(ssl)
        if error?.reason == Int(SSL_R_CERTIFICATE_VERIFY_FAILED) {
            let text = unsafe String(cString: X509_verify_cert_error_string(verdict))
            return TLSError(.certificate, "the certificate of \(peerName) is refused: \(text)")
        }
        // Alert 120, no_application_protocol (RFC 7301).
        if error?.reason == Int(SSL_AD_REASON_OFFSET) + 120
            || error?.reason == Int(SSL_R_NO_APPLICATION_PROTOCOL)
        {
            return TLSError(
                .applicationProtocol, "\(peerName) speaks none of the protocols (ALPN)")
        }
        return TLSError(
            .handshake, "the handshake with \(peerName) failed: \(error?.text ?? "unknown error")")
    }
}
