// SPDX-License-Identifier: Apache-2.0
import CCurl

/// libcurl has a thread of its own ask for each name's address, since `getaddrinfo` knows no limit: where a name server is silent it takes
/// half a minute and more.
enum CurlNames {
    /// A call that is over, or given up, leaves that thread to end by itself. Otherwise whoever ends the call waits for it: on a loop,
    /// with all that the loop serves (`Curl_resolver_kill` in lib/asyn-thread.c).
    ///
    /// libcurl has this since 7.87 (curl.se/libcurl/c/CURLOPT_QUICK_EXIT.html, read on 2026-11-21); an older one refuses the option.
    static func leaveBehind(_ easy: UnsafeMutableRawPointer) { _ = ccurl_set_long(easy, CURLOPT_QUICK_EXIT, 1) }
}
