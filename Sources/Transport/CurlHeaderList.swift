// SPDX-License-Identifier: Apache-2.0
import CCurl
import HTTP

/// A request's headers as libcurl wants them. Handles share one as long as their headers are the same, which they mostly are: thousands of
/// open streams hold it once. Confined to its client's loop.
final class CurlHeaderList {
    let headers: Headers
    private(set) var first: UnsafeMutablePointer<curl_slist>?

    init(_ headers: Headers) {
        self.headers = headers
        // libcurl would wait for a `100 Continue` before larger bodies, and would ask for any type.
        var list = curl_slist_append(nil, "Expect:")
        if !headers.contains("accept") { list = curl_slist_append(list, "Accept: */*") }
        headers.forEach { name, value in list = curl_slist_append(list, value.isEmpty ? "\(name);" : "\(name): \(value)") }
        first = list
    }

    deinit { curl_slist_free_all(first) }
}
