// SPDX-License-Identifier: Apache-2.0
// libcurl and the thirty libraries that it brings take longer to load than most commands take to answer. On Linux it is loaded when it is
// first used: each of its functions that this project calls is defined here, and hands over to the library's own. Elsewhere it is linked.
#include "shim.h"

#ifdef __linux__

#include <dlfcn.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

// Not for libcurl itself, which finds its own.
#define HERE __attribute__((visibility("hidden")))

#define FUNCTIONS(X) \
    X(curl_global_init) X(curl_easy_init) X(curl_easy_cleanup) X(curl_easy_perform) X(curl_easy_pause) X(curl_easy_strerror) \
    X(curl_easy_setopt) X(curl_easy_getinfo) X(curl_multi_init) X(curl_multi_cleanup) X(curl_multi_add_handle) \
    X(curl_multi_remove_handle) X(curl_multi_socket_action) X(curl_multi_info_read) X(curl_multi_setopt) X(curl_multi_strerror) \
    X(curl_multi_assign) X(curl_slist_append) X(curl_slist_free_all)

#undef curl_easy_setopt
#undef curl_easy_getinfo
#undef curl_multi_setopt

#define MEMBER(name) __typeof__(&name) name##_;
static struct { FUNCTIONS(MEMBER) } library;

static void load(void) {
    void *handle = dlopen("libcurl.so.4", RTLD_NOW | RTLD_LOCAL);
    if (!handle) {
        fprintf(stderr, "understudy: libcurl cannot be loaded: %s\n  on Debian and Ubuntu: apt-get install libcurl4\n", dlerror());
        _Exit(70);
    }
#define FIND(name) \
    if (!(library.name##_ = (__typeof__(&name))dlsym(handle, #name))) { \
        fprintf(stderr, "understudy: libcurl is too old: it has no %s\n", #name); \
        _Exit(70); \
    }
    FUNCTIONS(FIND)
}

static pthread_once_t once = PTHREAD_ONCE_INIT;
#define THEIRS(name) (pthread_once(&once, load), library.name##_)

HERE CURLcode curl_global_init(long flags) { return THEIRS(curl_global_init)(flags); }
HERE CURL *curl_easy_init(void) { return THEIRS(curl_easy_init)(); }
HERE void curl_easy_cleanup(CURL *easy) { THEIRS(curl_easy_cleanup)(easy); }
HERE CURLcode curl_easy_perform(CURL *easy) { return THEIRS(curl_easy_perform)(easy); }
HERE CURLcode curl_easy_pause(CURL *easy, int mask) { return THEIRS(curl_easy_pause)(easy, mask); }
HERE const char *curl_easy_strerror(CURLcode code) { return THEIRS(curl_easy_strerror)(code); }
HERE CURLM *curl_multi_init(void) { return THEIRS(curl_multi_init)(); }
HERE CURLMcode curl_multi_cleanup(CURLM *multi) { return THEIRS(curl_multi_cleanup)(multi); }
HERE CURLMcode curl_multi_add_handle(CURLM *multi, CURL *easy) { return THEIRS(curl_multi_add_handle)(multi, easy); }
HERE CURLMcode curl_multi_remove_handle(CURLM *multi, CURL *easy) { return THEIRS(curl_multi_remove_handle)(multi, easy); }
HERE CURLMcode curl_multi_socket_action(CURLM *multi, curl_socket_t socket, int mask, int *running) {
    return THEIRS(curl_multi_socket_action)(multi, socket, mask, running);
}
HERE CURLMsg *curl_multi_info_read(CURLM *multi, int *left) { return THEIRS(curl_multi_info_read)(multi, left); }
HERE CURLMcode curl_multi_assign(CURLM *multi, curl_socket_t socket, void *value) { return THEIRS(curl_multi_assign)(multi, socket, value); }
HERE const char *curl_multi_strerror(CURLMcode code) { return THEIRS(curl_multi_strerror)(code); }
HERE struct curl_slist *curl_slist_append(struct curl_slist *list, const char *text) { return THEIRS(curl_slist_append)(list, text); }
HERE void curl_slist_free_all(struct curl_slist *list) { THEIRS(curl_slist_free_all)(list); }

// A long, a pointer and a curl_off_t are passed alike on every 64-bit Linux, which is what the three variadic functions take.
_Static_assert(sizeof(long) == sizeof(void *) && sizeof(curl_off_t) == sizeof(void *), "64-bit Linux");

#define VALUE(last) \
    va_list rest; \
    va_start(rest, last); \
    void *value = va_arg(rest, void *); \
    va_end(rest);

HERE CURLcode curl_easy_setopt(CURL *easy, CURLoption option, ...) {
    VALUE(option)
    return THEIRS(curl_easy_setopt)(easy, option, value);
}
HERE CURLcode curl_easy_getinfo(CURL *easy, CURLINFO info, ...) {
    VALUE(info)
    return THEIRS(curl_easy_getinfo)(easy, info, value);
}
HERE CURLMcode curl_multi_setopt(CURLM *multi, CURLMoption option, ...) {
    VALUE(option)
    return THEIRS(curl_multi_setopt)(multi, option, value);
}

#endif
