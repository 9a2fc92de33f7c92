internal import CNghttp2

extension HTTP2Session {
    /// Makes the C session with our callbacks.
    ///
    /// Its user data is this object, unretained: the object owns the C session and frees it before
    /// it goes away, so a callback always finds it alive.
    func makeHandle() throws(HTTP2Error) -> OpaquePointer? {
        var callbacks: OpaquePointer?
        try Self.check(unsafe nghttp2_session_callbacks_new(&callbacks))
        // The session copies the callbacks and the options, so both end here.
        defer { unsafe nghttp2_session_callbacks_del(callbacks) }
        unsafe installCallbacks(callbacks)

        var option: OpaquePointer?
        try Self.check(unsafe nghttp2_option_new(&option))
        defer { unsafe nghttp2_option_del(option) }
        unsafe nghttp2_option_set_no_auto_window_update(option, 1)
        if !configuration.enforcesMessageRules {
            unsafe nghttp2_option_set_no_http_messaging(option, 1)
        }

        let user = unsafe Unmanaged.passUnretained(self).toOpaque()
        var session: OpaquePointer?
        switch role {
        case .client:
            try Self.check(unsafe nghttp2_session_client_new2(&session, callbacks, user, option))
        case .server:
            try Self.check(unsafe nghttp2_session_server_new2(&session, callbacks, user, option))
        }
        return unsafe session
    }

    /// Queues SETTINGS, which libnghttp2 leaves to us, and opens the connection's window.
    func submitSettings() throws(HTTP2Error) {
        var settings = [
            entry(NGHTTP2_SETTINGS_MAX_FRAME_SIZE, configuration.maxFrameSize),
            entry(
                NGHTTP2_SETTINGS_MAX_HEADER_LIST_SIZE, UInt32(configuration.maxHeaderListSize)),
        ]
        if configuration.streamWindowSize != 65535 {
            settings.append(
                entry(
                    NGHTTP2_SETTINGS_INITIAL_WINDOW_SIZE, UInt32(configuration.streamWindowSize)))
        }
        if role == .client { settings.append(entry(NGHTTP2_SETTINGS_ENABLE_PUSH, 0)) }
        if let limit = configuration.maxConcurrentStreams {
            settings.append(entry(NGHTTP2_SETTINGS_MAX_CONCURRENT_STREAMS, limit))
        }
        for (id, value) in configuration.additionalSettings {
            settings.append(nghttp2_settings_entry(settings_id: Int32(id), value: value))
        }
        try Self.check(
            unsafe nghttp2_submit_settings(
                handle, UInt8(NGHTTP2_FLAG_NONE.rawValue), settings, settings.count))
        try Self.check(
            unsafe nghttp2_session_set_local_window_size(
                handle, UInt8(NGHTTP2_FLAG_NONE.rawValue), 0, configuration.connectionWindowSize))
    }

    private func entry(_ id: nghttp2_settings_id, _ value: UInt32) -> nghttp2_settings_entry {
        nghttp2_settings_entry(settings_id: Int32(id.rawValue), value: value)
    }

    /// Throws what a C function returned, unless it succeeded.
    static func check(_ result: Int32) throws(HTTP2Error) {
        if result < 0 { throw HTTP2Error(.library, code: .internalError, message(result)) }
    }

    static func message(_ result: Int32) -> String {
        // libnghttp2 returns constant, terminated strings for every number.
        unsafe String(cString: nghttp2_strerror(result))
    }
}
