// SPDX-License-Identifier: Apache-2.0
import CCurl
import HTTP

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// One easy handle and the call it serves: options in, reply out. Reused for call after call; closed once, with its owner.
///
/// libcurl calls back into it with the pointer it was given, so a handle lives as long as its client.
/// `@unchecked Sendable`: confined to its client's loop.
final class CurlHandle: HTTPCall, @unchecked Sendable {
    let easy: UnsafeMutableRawPointer
    private unowned(unsafe) let client: CurlClient
    private var delegate: (any HTTPCallDelegate)?

    /// Kept while the call runs: libcurl reads from it without a copy.
    private var body: [UInt8] = []
    private var url = ""
    private var list: CurlHeaderList?
    private var failure = [CChar](repeating: 0, count: Int(CURL_ERROR_SIZE))

    private var status = 0
    private var replyHeaders = Headers()
    private var headBytes = 0
    private var headWasSent = false
    private var isPaused = false
    /// Bytes that came after the call was let go.
    private var surplus = 0
    /// Runs from then on.
    private let patience = LoopTimer()

    /// Bytes of reply heads; more is taken for an attack or a broken peer.
    private static let headLimit = 64 << 10
    /// Bytes that the end of a reply may take: a last chunk, trailers, a comment.
    private static let surplusLimit = 4 << 10

    init(client: CurlClient) throws(ClientProblem) {
        guard let easy = curl_easy_init() else { throw .other("out of memory") }
        self.easy = easy
        self.client = client
        let me = Unmanaged.passUnretained(self).toOpaque()
        set(CURLOPT_PRIVATE, pointer: me)
        set(CURLOPT_NOSIGNAL, 1)
        set(CURLOPT_FOLLOWLOCATION, 0)
        // What a proxy says to CONNECT is not the provider's reply.
        set(CURLOPT_SUPPRESS_CONNECT_HEADERS, 1)
        set(CURLOPT_SSL_VERIFYPEER, 1)
        set(CURLOPT_SSL_VERIFYHOST, 2)
        set(CURLOPT_TCP_NODELAY, 1)
        set(CURLOPT_TCP_KEEPALIVE, 1)
        set(CURLOPT_BUFFERSIZE, CurlClient.bufferSize)
        CurlNames.leaveBehind(easy)
        ccurl_set_string(easy, CURLOPT_PROTOCOLS_STR, "http,https").expect()
        // Compressed bodies are not asked for, but some proxies send them all the same: gzip and br are undone as they come.
        ccurl_set_string(easy, CURLOPT_ACCEPT_ENCODING, "identity").expect()
        ccurl_set_pointer(easy, CURLOPT_ERRORBUFFER, failure.withUnsafeMutableBufferPointer { $0.baseAddress }).expect()
        ccurl_set_data_callback(easy, CURLOPT_HEADERFUNCTION) { bytes, size, count, context in
            guard let bytes, let context else { return 0 }
            let line = UnsafeRawBufferPointer(start: bytes, count: size * count)
            return Unmanaged<CurlHandle>.fromOpaque(context).takeUnretainedValue().headLineCame(line.bytes) ? size * count : 0
        }.expect()
        set(CURLOPT_HEADERDATA, pointer: me)
        ccurl_set_data_callback(easy, CURLOPT_WRITEFUNCTION) { bytes, size, count, context in
            guard let bytes, let context else { return 0 }
            let part = UnsafeRawBufferPointer(start: bytes, count: size * count)
            return Unmanaged<CurlHandle>.fromOpaque(context).takeUnretainedValue().bodyPartCame(part.bytes)
        }.expect()
        set(CURLOPT_WRITEDATA, pointer: me)
        ccurl_set_pointer(easy, CURLOPT_CLOSESOCKETDATA, Unmanaged.passUnretained(client).toOpaque()).expect()
        ccurl_set_close_callback(easy) { context, socket in
            guard let context else { return 0 }
            Unmanaged<CurlClient>.fromOpaque(context).takeUnretainedValue().socketCloses(socket)
            return 0
        }.expect()
    }

    deinit { curl_easy_cleanup(easy) }

    // MARK: One call

    func prepare(_ request: ClientRequest, _ delegate: any HTTPCallDelegate) {
        self.delegate = delegate
        status = 0
        replyHeaders = Headers()
        headBytes = 0
        headWasSent = false
        isPaused = false
        surplus = 0
        failure[0] = 0
        if request.url != url {
            url = request.url
            ccurl_set_string(easy, CURLOPT_URL, url).expect()
            // HTTP/2 where TLS can offer it; plain connections stay with HTTP/1.1.
            let isSecure = url.hasPrefix("https:")
            set(CURLOPT_HTTP_VERSION, isSecure ? Int(CURL_HTTP_VERSION_2TLS) : Int(CURL_HTTP_VERSION_1_1))
            set(CURLOPT_PIPEWAIT, isSecure ? 1 : 0)
        }
        if list?.headers != request.headers {
            let list = client.list(of: request.headers)
            ccurl_set_pointer(easy, CURLOPT_HTTPHEADER, list.first).expect()
            self.list = list
        }
        body = request.body
        switch request.method {
        case .get:
            set(CURLOPT_HTTPGET, 1)
        default:
            set(CURLOPT_POST, 1)
            ccurl_set_size(easy, CURLOPT_POSTFIELDSIZE_LARGE, curl_off_t(body.count)).expect()
            // libcurl only reads, and the array is held unchanged until the call ends, so its storage stays where it is. A
            // mutable pointer would copy it, as the request still holds it too.
            let bytes = body.withUnsafeBufferPointer { $0.baseAddress }
            ccurl_set_pointer(easy, CURLOPT_POSTFIELDS, UnsafeMutablePointer(mutating: bytes)).expect()
            ccurl_set_long(easy, CURLOPT_UPLOAD_BUFFERSIZE, min(max(body.count, 16 << 10), 2 << 20)).expect()
        }
        ccurl_set_string(easy, CURLOPT_CUSTOMREQUEST, request.method == .get || request.method == .post ? nil : request.method.text)
            .expect()
        ccurl_set_string(easy, CURLOPT_NOPROXY, request.bypassesProxy ? "*" : nil).expect()
        set(CURLOPT_FRESH_CONNECT, request.onFreshConnection ? 1 : 0)
        set(CURLOPT_CONNECTTIMEOUT_MS, Int(max(1, request.connectTime.milliseconds)))
    }

    func cancel() {
        guard delegate != nil else { return }
        delegate = nil
        client.cancelled(self)
    }

    func letGo() {
        guard delegate != nil else { return }
        if isPaused { return cancel() }
        delegate = nil
        client.letGo(self, patience)
    }

    /// Forgets the call, so that a handle that waits for its next one holds neither a request nor a reply.
    func clear() {
        client.disarm(patience)
        body = []
        replyHeaders = Headers()
    }

    func pause() {
        guard delegate != nil, !isPaused else { return }
        isPaused = true
        curl_easy_pause(easy, CURLPAUSE_RECV)
    }

    func resume() {
        guard delegate != nil, isPaused else { return }
        isPaused = false
        client.resume(self)
    }

    func finish(_ result: CURLcode) {
        let delegate = delegate
        let times = times()
        self.delegate = nil
        guard let delegate else { return }
        if result == CURLE_OK {
            if status == 0 { return delegate.ended(.malformed("no status line"), times) }
            delegate.ended(nil, times)
        } else {
            delegate.ended(problem(for: result, times), times)
        }
    }

    // MARK: Callbacks

    /// One line of a head, its end included. `false` ends the call.
    private func headLineCame(_ line: RawSpan) -> Bool {
        if headWasSent { return true }  // trailers
        headBytes += line.byteCount
        guard headBytes <= Self.headLimit else { return false }
        if line.byteCount <= 2 {
            // 1xx heads precede the one that counts; 101 cannot come, as no upgrade is asked for.
            guard status >= 200 else { return true }
            headWasSent = true
            letSentBodyGo()
            let head = ResponseHead(status: status, headers: replyHeaders)
            replyHeaders = Headers()
            delegate?.headCame(head)
            return true
        }
        if let status = Self.status(in: line) {
            self.status = status
            replyHeaders = Headers(roomFor: 512, fields: 12)
        } else {
            _ = replyHeaders.append(line: line)
        }
        return true
    }

    /// Once a reply has begun nothing is sent again, so that what has all gone to the system is needed no more: a stream may stay open
    /// for long.
    private func letSentBodyGo() {
        var sent: curl_off_t = 0
        guard ccurl_get_size(easy, CURLINFO_SIZE_UPLOAD_T, &sent) == CURLE_OK, sent >= curl_off_t(body.count) else { return }
        body = []
    }

    private func bodyPartCame(_ part: RawSpan) -> Int {
        guard let delegate else {
            surplus += part.byteCount
            return patience.isArmed && surplus <= Self.surplusLimit ? part.byteCount : 0
        }
        if isPaused { return Int(CURL_WRITEFUNC_PAUSE) }
        delegate.bodyCame(part)
        return part.byteCount
    }

    /// `HTTP/1.1 200 OK` or `HTTP/2 200`.
    private static func status(in line: RawSpan) -> Int? {
        line.withUnsafeBytes { bytes -> Int? in
            guard bytes.count >= 12, bytes.starts(with: "HTTP/".utf8), let space = bytes.firstIndex(of: 32), space + 4 <= bytes.count else {
                return nil
            }
            var status = 0
            for byte in bytes[(space + 1)..<(space + 4)] {
                guard byte >= 48, byte <= 57 else { return nil }
                status = status * 10 + Int(byte - 48)
            }
            return status
        }
    }

    // MARK: Outcome

    private func times() -> ClientTimes {
        var times = ClientTimes()
        var connections = 0
        ccurl_get_long(easy, CURLINFO_NUM_CONNECTS, &connections).expect()
        times.isReusedConnection = connections == 0
        times.nameLookup = time(CURLINFO_NAMELOOKUP_TIME_T)
        times.connect = time(CURLINFO_CONNECT_TIME_T)
        times.tls = time(CURLINFO_APPCONNECT_TIME_T)
        times.firstByte = time(CURLINFO_STARTTRANSFER_TIME_T)
        return times
    }

    private func time(_ info: CURLINFO) -> Duration? {
        var microseconds: curl_off_t = 0
        guard ccurl_get_size(easy, info, &microseconds) == CURLE_OK, microseconds > 0 else { return nil }
        return .microseconds(Int64(microseconds))
    }

    private func problem(for result: CURLcode, _ times: ClientTimes) -> ClientProblem {
        let words = failure.withUnsafeBufferPointer { buffer in
            buffer.baseAddress.map { String(cString: $0) } ?? ""
        }
        let text = words.isEmpty ? String(cString: curl_easy_strerror(result)) : words
        var answerToConnect = 0
        ccurl_get_long(easy, CURLINFO_HTTP_CONNECTCODE, &answerToConnect).expect()
        if answerToConnect >= 300 { return .proxy(text) }
        switch result {
        case CURLE_COULDNT_RESOLVE_HOST: return .dns
        case CURLE_COULDNT_RESOLVE_PROXY, CURLE_PROXY: return .proxy(text)
        case CURLE_COULDNT_CONNECT:
            var code = 0
            ccurl_get_long(easy, CURLINFO_OS_ERRNO, &code).expect()
            return Int32(code) == ECONNREFUSED ? .refused : .unreachable(text)
        case CURLE_OPERATION_TIMEDOUT: return times.connect == nil ? .connectTimeout : .other(text)
        case CURLE_SSL_CONNECT_ERROR, CURLE_PEER_FAILED_VERIFICATION, CURLE_SSL_CERTPROBLEM, CURLE_SSL_CIPHER, CURLE_SSL_CACERT_BADFILE,
            CURLE_SSL_ISSUER_ERROR, CURLE_SSL_INVALIDCERTSTATUS:
            return .tls(text)
        case CURLE_GOT_NOTHING, CURLE_RECV_ERROR, CURLE_SEND_ERROR, CURLE_HTTP2_STREAM:
            guard headWasSent else { return .reset(reused: times.isReusedConnection, text) }
            // A TLS connection that is closed without a farewell is an error for OpenSSL, too.
            return result == CURLE_HTTP2_STREAM || text.contains("reset") ? .truncatedByReset : .truncated
        case CURLE_PARTIAL_FILE: return isLengthKnown ? .short : .truncated
        case CURLE_HTTP2, CURLE_WEIRD_SERVER_REPLY, CURLE_UNSUPPORTED_PROTOCOL, CURLE_BAD_CONTENT_ENCODING, CURLE_WRITE_ERROR:
            return .malformed(text)
        default: return .other(text)
        }
    }

    /// The reply had a `Content-Length` that counts.
    private var isLengthKnown: Bool {
        var length: curl_off_t = -1
        return ccurl_get_size(easy, CURLINFO_CONTENT_LENGTH_DOWNLOAD_T, &length) == CURLE_OK && length >= 0
    }

    // MARK: Options

    private func set(_ option: CURLoption, _ value: Int) { ccurl_set_long(easy, option, value).expect() }
    private func set(_ option: CURLoption, pointer: UnsafeMutableRawPointer) { ccurl_set_pointer(easy, option, pointer).expect() }
}

extension CURLcode {
    /// The options we set exist in every libcurl that we build with; the only other failure is lack of memory.
    func expect() { precondition(self == CURLE_OK, "libcurl refused an option: \(rawValue)") }
}
