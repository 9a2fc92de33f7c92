extension HTTPServer {
    /// The limits of one server.
    public struct Configuration: Sendable {
        /// How many connections may be open; one more displaces the longest idle one, or gets a 503.
        public var connections = 4000
        /// The longest request target, in bytes.
        public var targetBytes = 16 * 1024
        /// The most bytes in the names and values of all header fields.
        public var headerBytes = 16 * 1024
        /// How long a connection may be silent before it is closed; whole seconds.
        public var idleTimeout = Duration.seconds(75)
        /// How long a request body may pause while the server is ready to read it.
        public var bodyIdleTimeout = Duration.seconds(30)
        /// How long a client may take for the header fields once it has sent the request line.
        public var headTimeout = Duration.seconds(5)
        /// How long a client may go on sending a body after it was answered. To close at once would
        /// reset the connection before it has read the answer (RFC 9112, section 9.6).
        public var lingeringTime = Duration.seconds(5)
        /// How many bytes of such a body are read and dropped.
        public var lingeringBytes = 64 << 20
        /// How many bytes of a streamed body may wait on the way, in either direction.
        public var streamWindow = 64 * 1024
        /// libmicrohttpd's memory for the head of one request and of its response. It has to exceed
        /// `targetBytes` and `headerBytes`, or the library refuses with an answer of its own.
        public var connectionMemory = 32 * 1024

        /// The defaults.
        public init() {}
    }
}
