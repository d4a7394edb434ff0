// SPDX-License-Identifier: Apache-2.0
import CCurl
import HTTP

/// A request that waits for its whole reply: for commands that ask a running gateway. Never used on a loop.
public enum BlockingHTTP {
    public struct Reply: Sendable {
        public var status: Int
        public var headers: Headers
        public var body: [UInt8]
    }

    /// Why there is no reply.
    public struct Failure: Error, Hashable, Sendable {
        /// How far it got.
        public enum Step: String, Hashable, Sendable {
            /// The host's name, or the proxy's, has no address.
            case dns
            /// Nobody listens there, or there is no way to it.
            case connect
            /// The certificate, or what is agreed on with it.
            case tls
            /// Connected, and no reply came.
            case http
        }

        public var step: Step
        /// The time was up.
        public var isLate = false
        public var message: String
        /// Nobody listens there.
        public var isUnreachable: Bool { !isLate && (step == .dns || step == .connect) }
    }

    /// - Parameters:
    ///   - url: `http` or `https`; no redirect is followed.
    ///   - timeout: For everything together.
    ///   - limit: Bytes of a reply; more is a failure.
    ///   - bypassesProxy: `false`: through the proxy that the environment names, if it names one.
    public static func request(
        method: Method = .get, url: String, headers: Headers = [:], body: [UInt8] = [], timeout: Duration = .seconds(10),
        limit: Int = 64 << 20, bypassesProxy: Bool = true
    ) throws(Failure) -> Reply {
        curl_global_init(Int(CURL_GLOBAL_ALL)).expect()
        guard let easy = curl_easy_init() else { throw Failure(step: .http, message: "out of memory") }
        defer { curl_easy_cleanup(easy) }
        let collector = Collector(limit: limit)
        let context = Unmanaged.passUnretained(collector).toOpaque()
        ccurl_set_string(easy, CURLOPT_URL, url).expect()
        ccurl_set_string(easy, CURLOPT_PROTOCOLS_STR, "http,https").expect()
        if bypassesProxy { ccurl_set_string(easy, CURLOPT_NOPROXY, "*").expect() }
        ccurl_set_long(easy, CURLOPT_NOSIGNAL, 1).expect()
        CurlNames.leaveBehind(easy)
        ccurl_set_long(easy, CURLOPT_TIMEOUT_MS, Int(max(1, timeout.milliseconds))).expect()
        var list = curl_slist_append(nil, "Expect:")
        defer { curl_slist_free_all(list) }
        headers.forEach { name, value in list = curl_slist_append(list, "\(name): \(value)") }
        ccurl_set_pointer(easy, CURLOPT_HTTPHEADER, list).expect()
        if method != .get { ccurl_set_string(easy, CURLOPT_CUSTOMREQUEST, method.text).expect() }
        if !body.isEmpty {
            ccurl_set_size(easy, CURLOPT_POSTFIELDSIZE_LARGE, curl_off_t(body.count)).expect()
            // Copied by libcurl.
            body.withUnsafeBufferPointer { bytes in
                ccurl_set_pointer(easy, CURLOPT_COPYPOSTFIELDS, UnsafeMutablePointer(mutating: bytes.baseAddress)).expect()
            }
        }
        ccurl_set_data_callback(easy, CURLOPT_WRITEFUNCTION) { bytes, size, count, context in
            guard let bytes, let context else { return 0 }
            let collector = Unmanaged<Collector>.fromOpaque(context).takeUnretainedValue()
            return collector.take(UnsafeRawBufferPointer(start: bytes, count: size * count)) ? size * count : 0
        }.expect()
        ccurl_set_pointer(easy, CURLOPT_WRITEDATA, context).expect()
        ccurl_set_data_callback(easy, CURLOPT_HEADERFUNCTION) { bytes, size, count, context in
            guard let bytes, let context else { return 0 }
            let line = UnsafeRawBufferPointer(start: bytes, count: size * count)
            _ = Unmanaged<Collector>.fromOpaque(context).takeUnretainedValue().headers.append(line: line.bytes)
            return size * count
        }.expect()
        ccurl_set_pointer(easy, CURLOPT_HEADERDATA, context).expect()
        var words = [CChar](repeating: 0, count: Int(CURL_ERROR_SIZE))
        let result = words.withUnsafeMutableBufferPointer { buffer in
            ccurl_set_pointer(easy, CURLOPT_ERRORBUFFER, buffer.baseAddress).expect()
            return withExtendedLifetime(collector) { curl_easy_perform(easy) }
        }
        ccurl_set_pointer(easy, CURLOPT_ERRORBUFFER, nil).expect()
        guard result == CURLE_OK else {
            let step = step(of: result, easy, isSecure: url.hasPrefix("https:"))
            // Of a certificate the general words say nothing.
            let own = step == .tls ? String(decoding: words.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self) : ""
            throw Failure(
                step: step, isLate: result == CURLE_OPERATION_TIMEDOUT,
                message: own.isEmpty ? String(cString: curl_easy_strerror(result)) : own)
        }
        var status = 0
        ccurl_get_long(easy, CURLINFO_RESPONSE_CODE, &status).expect()
        return Reply(status: status, headers: collector.headers, body: collector.body)
    }

    private static func step(of result: CURLcode, _ easy: UnsafeMutableRawPointer, isSecure: Bool) -> Failure.Step {
        switch result {
        case CURLE_COULDNT_RESOLVE_HOST, CURLE_COULDNT_RESOLVE_PROXY: return .dns
        case CURLE_COULDNT_CONNECT: return .connect
        case CURLE_SSL_CONNECT_ERROR, CURLE_PEER_FAILED_VERIFICATION, CURLE_SSL_CERTPROBLEM, CURLE_SSL_CIPHER, CURLE_SSL_CACERT_BADFILE,
            CURLE_SSL_ISSUER_ERROR, CURLE_SSL_INVALIDCERTSTATUS:
            return .tls
        default: break
        }
        guard result == CURLE_OPERATION_TIMEDOUT else { return .http }
        func isDone(_ phase: CURLINFO) -> Bool {
            var microseconds: curl_off_t = 0
            return ccurl_get_size(easy, phase, &microseconds) == CURLE_OK && microseconds > 0
        }
        if !isDone(CURLINFO_NAMELOOKUP_TIME_T) { return .dns }
        // What libcurl calls the connection's time comes behind TLS.
        var port = 0
        guard ccurl_get_long(easy, CURLINFO_LOCAL_PORT, &port) == CURLE_OK, port > 0 else { return .connect }
        return isSecure && !isDone(CURLINFO_APPCONNECT_TIME_T) ? .tls : .http
    }

    private final class Collector {
        private let limit: Int
        var headers = Headers()
        var body: [UInt8] = []

        init(limit: Int) { self.limit = limit }

        func take(_ part: UnsafeRawBufferPointer) -> Bool {
            guard body.count + part.count <= limit else { return false }
            body.append(contentsOf: part)
            return true
        }
    }
}
