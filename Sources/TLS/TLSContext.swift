internal import COpenSSL

/// What all TLS connections of one client or server have in common: certificates and rules.
///
/// Sound as Sendable: OpenSSL counts references to an `SSL_CTX` atomically and it is not changed
/// once it is made.
@safe
public final class TLSContext: @unchecked Sendable {
    /// The ends of a connection.
    public enum Role: Hashable, Sendable {
        case client, server
    }

    /// Where a client looks for the authorities that it trusts.
    public enum Trust: Hashable, Sendable {
        /// Those of the system (`SSL_CERT_FILE` and `SSL_CERT_DIR` are honoured).
        case system
        /// These certificates only, in PEM.
        case certificates([UInt8])
        /// Any certificate is taken, whoever shows it: against eavesdroppers only.
        case anyone
    }

    /// A certificate with its chain, and its private key, both in PEM.
    public struct Identity: Hashable, Sendable {
        /// The certificate, then those of the authorities between it and the root.
        public var certificates: [UInt8]
        /// The private key, not encrypted.
        public var privateKey: [UInt8]

        /// A certificate and its key.
        public init(certificates: [UInt8], privateKey: [UInt8]) {
            self.certificates = certificates
            self.privateKey = privateKey
        }
    }

    /// Which end this is.
    public let role: Role
    let trust: Trust
    /// What a server chooses from, best first.
    let protocols: [String]
    // Owned: freed in deinit only. Every connection holds a reference of its own.
    let handle: OpaquePointer

    /// A client's rules.
    ///
    /// - Throws: `.configuration`.
    public convenience init(
        trust: Trust = .system, identity: Identity? = nil
    ) throws(TLSError) {
        try self.init(.client, trust, identity, [])
    }

    /// A server's rules.
    ///
    /// - Parameters:
    ///   - identity: what it shows.
    ///   - clients: whose certificates it demands; nil demands none.
    ///   - protocols: the application protocols that it speaks, best first.
    /// - Throws: `.configuration`.
    public convenience init(
        serving identity: Identity, clients: Trust? = nil, protocols: [String]
    ) throws(TLSError) {
        try self.init(.server, clients ?? .anyone, identity, protocols)
    }

    private init(
        _ role: Role, _ trust: Trust, _ identity: Identity?, _ protocols: [String]
    ) throws(TLSError) {
        self.role = role
        self.trust = trust
        self.protocols = protocols
        let method = unsafe role == .client ? TLS_client_method() : TLS_server_method()
        guard let handle = unsafe SSL_CTX_new(method) else {
            throw TLSError(.configuration, ErrorQueue.text)
        }
        unsafe self.handle = handle
        // The handle is alive from here to deinit, which also runs when this init throws.
        unsafe SSL_CTX_ctrl(
            handle, SSL_CTRL_SET_MIN_PROTO_VERSION, Int(TLS1_2_VERSION), nil)
        unsafe SSL_CTX_set_options(handle, Self.noRenegotiation | Self.noCompression)
        // Without it every idle connection would keep some 34 KiB.
        unsafe SSL_CTX_ctrl(handle, SSL_CTRL_MODE, Int(Self.releaseBuffers), nil)
        ErrorQueue.clear()
        try setTrust()
        if let identity { try setIdentity(identity) }
        if role == .server { unsafe selectProtocols(handle) }
    }

    deinit {
        unsafe SSL_CTX_free(handle)
    }

    // Macros of ssl.h that Swift cannot import.
    private static let noRenegotiation: UInt64 = 1 << 30
    private static let noCompression: UInt64 = 1 << 17
    private static let releaseBuffers = 0x10

    private func setTrust() throws(TLSError) {
        switch trust {
        case .system:
            guard unsafe SSL_CTX_set_default_verify_paths(handle) == 1 else {
                throw TLSError(.configuration, "no system roots: \(ErrorQueue.text)")
            }
        case .certificates(let pem): try addAuthorities(pem)
        case .anyone:
            unsafe SSL_CTX_set_verify(handle, SSL_VERIFY_NONE, nil)
            return
        }
        let mode =
            role == .client
            ? SSL_VERIFY_PEER : SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT
        unsafe SSL_CTX_set_verify(handle, mode, nil)
    }
}

/// Lets a server choose by its own order (RFC 7301 section 3.2), and refuse where nothing fits.
private func selectProtocols(_ handle: OpaquePointer) {
    // The connection's own object is found by its session, which set it as app data.
    unsafe SSL_CTX_set_alpn_select_cb(
        handle,
        { ssl, out, outLength, offered, length, _ in
            guard let out = unsafe out, let outLength = unsafe outLength,
                let session = unsafe TLSSession.of(ssl)
            else { return SSL_TLSEXT_ERR_ALERT_FATAL }
            let list = unsafe UnsafeBufferPointer(start: offered, count: Int(length))
            guard let found = unsafe session.choice(among: list) else {
                return SSL_TLSEXT_ERR_ALERT_FATAL
            }
            // Points into the client's own list, which lives as long as OpenSSL needs it.
            unsafe out.pointee = list.baseAddress?.advanced(by: found.lowerBound)
            unsafe outLength.pointee = UInt8(found.count)
            return SSL_TLSEXT_ERR_OK
        }, nil)
}
