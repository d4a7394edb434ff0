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
        /// Nobody listens there.
        public var isUnreachable: Bool
        public var message: String
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
        guard let easy = curl_easy_init() else { throw Failure(isUnreachable: false, message: "out of memory") }
        defer { curl_easy_cleanup(easy) }
        let collector = Collector(limit: limit)
        let context = Unmanaged.passUnretained(collector).toOpaque()
        ccurl_set_string(easy, CURLOPT_URL, url).expect()
        ccurl_set_string(easy, CURLOPT_PROTOCOLS_STR, "http,https").expect()
        if bypassesProxy { ccurl_set_string(easy, CURLOPT_NOPROXY, "*").expect() }
        ccurl_set_long(easy, CURLOPT_NOSIGNAL, 1).expect()
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
        let result = withExtendedLifetime(collector) { curl_easy_perform(easy) }
        guard result == CURLE_OK else {
            throw Failure(
                isUnreachable: result == CURLE_COULDNT_CONNECT || result == CURLE_COULDNT_RESOLVE_HOST,
                message: String(cString: curl_easy_strerror(result)))
        }
        var status = 0
        ccurl_get_long(easy, CURLINFO_RESPONSE_CODE, &status).expect()
        return Reply(status: status, headers: collector.headers, body: collector.body)
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
