/// HTTP status codes next to those of gRPC.
enum HTTPStatusCode {
    /// The code of gRPC for the status of an HTTP app.
    static func grpcCode(of status: Int) -> Int {
        switch status {
        case 200..<300: 0
        case 400: 13
        case 401: 16
        case 403: 7
        case 404: 5
        case 408: 1
        case 409: 6
        case 429: 8
        case 501: 12
        case 503: 14
        case 504: 4
        default: 2
        }
    }

    /// The HTTP status for a code of gRPC (the table of grpc-gateway).
    static func status(of grpcCode: Int) -> Int {
        switch grpcCode {
        case 0: 200
        case 1: 499
        case 3, 9, 11: 400
        case 4: 504
        case 5: 404
        case 6, 10: 409
        case 7: 403
        case 8: 429
        case 12: 501
        case 14: 503
        case 16: 401
        default: 500
        }
    }

    /// The reason phrase (RFC 9110, section 15), empty for a status without one.
    static func reason(of status: Int) -> String {
        reasons[status] ?? ""
    }

    private static let reasons: [Int: String] = [
        300: "Multiple Choices", 301: "Moved Permanently", 302: "Found", 303: "See Other",
        304: "Not Modified", 305: "Use Proxy", 307: "Temporary Redirect",
        308: "Permanent Redirect", 400: "Bad Request", 401: "Unauthorized",
        402: "Payment Required", 403: "Forbidden", 404: "Not Found", 405: "Method Not Allowed",
        406: "Not Acceptable", 407: "Proxy Authentication Required", 408: "Request Timeout",
        409: "Conflict", 410: "Gone", 411: "Length Required", 412: "Precondition Failed",
        413: "Request Entity Too Large", 414: "Request URI Too Long",
        415: "Unsupported Media Type", 416: "Requested Range Not Satisfiable",
        417: "Expectation Failed", 418: "I'm a teapot", 421: "Misdirected Request",
        422: "Unprocessable Entity", 423: "Locked", 424: "Failed Dependency", 425: "Too Early",
        426: "Upgrade Required", 428: "Precondition Required", 429: "Too Many Requests",
        431: "Request Header Fields Too Large", 451: "Unavailable For Legal Reasons",
        500: "Internal Server Error", 501: "Not Implemented", 502: "Bad Gateway",
        503: "Service Unavailable", 504: "Gateway Timeout", 505: "HTTP Version Not Supported",
        507: "Insufficient Storage", 511: "Network Authentication Required",
    ]
}
