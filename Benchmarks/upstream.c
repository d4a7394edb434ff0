// SPDX-License-Identifier: Apache-2.0
// The upstream behind everything that the yardstick measures. One thread, epoll, prepared replies and no parsing beyond
// finding where a request ends, so that the figures are the gateway's.
//
//     cc -O2 -o upstream upstream.c && ./upstream 19001
//
// It answers any request on 127.0.0.1 by what its body says:
//
//     (else)              a chat completion of about 1 KB, with its length
//     "stream":true       50 events, each written by itself, then the finish reason and [DONE]
//     … and "slow20"      the same, 20 ms apart
//     … and "slow1000"    the same, a second apart
//     … and "hold"        the first event, then nothing
#define _GNU_SOURCE
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/timerfd.h>
#include <unistd.h>

enum { EVENTS = 50, TICK_NS = 20 * 1000 * 1000, BATCH = 256, FIRST_BUFFER = 16 << 10 };

typedef struct {
    size_t length;
    char bytes[4096];
} reply;

static reply completion, stream_head, stream_event, stream_end;

/// A client's connection. While it is being streamed to it waits in a ring for the next tick.
typedef struct client {
    int socket;
    char *buffer;
    size_t filled, capacity;
    int events_sent;
    // Ticks from one event to the next, and until the next.
    int pace, wait;
    bool streaming, held, closed;
    struct client *next, *previous;
    struct client *next_closed;
} client;

static client ring = {.next = &ring, .previous = &ring};
static client *closed;

// MARK: Replies

static void fill(reply *r, const char *head, const char *body) {
    r->length = (size_t)snprintf(r->bytes, sizeof r->bytes, "%s%s", head, body);
}

static void fill_chunk(reply *r, const char *data, const char *rest) {
    r->length = (size_t)snprintf(r->bytes, sizeof r->bytes, "%zx\r\n%s\r\n%s", strlen(data), data, rest);
}

#define ABOUT "\"id\":\"chatcmpl-abc123\",\"created\":1700000000,\"model\":\"gpt-4o-mini\","
#define DELTA(delta, finish) \
    "data: {\"object\":\"chat.completion.chunk\"," ABOUT "\"choices\":[{\"index\":0,\"delta\":" delta ",\"finish_reason\":" finish "}]}\n\n"

static void prepare_replies(void) {
    char words[561], body[2048], head[512];
    memset(words, 'x', sizeof words - 1);
    words[sizeof words - 1] = 0;
    int length = snprintf(
        body, sizeof body,
        "{\"object\":\"chat.completion\"," ABOUT
        "\"choices\":[{\"index\":0,\"message\":{\"role\":\"assistant\",\"content\":\"%s\"},\"logprobs\":null,\"finish_reason\":\"stop\"}],"
        "\"usage\":{\"prompt_tokens\":300,\"completion_tokens\":120,\"total_tokens\":420},\"system_fingerprint\":\"fp_0123456789\"}",
        words);
    snprintf(
        head, sizeof head,
        "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: %d\r\nx-request-id: req_0123456789\r\n"
        "openai-processing-ms: 12\r\n\r\n",
        length);
    fill(&completion, head, body);
    fill(&stream_head, "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\nCache-Control: no-cache\r\n\r\n", "");
    fill_chunk(&stream_event, DELTA("{\"content\":\" token\"}", "null"), "");
    fill_chunk(&stream_end, DELTA("{}", "\"stop\"") "data: [DONE]\n\n", "0\r\n\r\n");
}

// MARK: Clients

static void leave_ring(client *c) {
    if (!c->streaming) return;
    c->streaming = false;
    c->previous->next = c->next;
    c->next->previous = c->previous;
}

static void join_ring(client *c) {
    c->streaming = true;
    c->next = ring.next;
    c->previous = &ring;
    ring.next->previous = c;
    ring.next = c;
}

/// Later events of the same batch may still name it: it is freed when the batch is done.
static void close_client(client *c) {
    if (c->closed) return;
    leave_ring(c);
    close(c->socket);
    c->closed = true;
    c->next_closed = closed;
    closed = c;
}

static void free_closed(void) {
    while (closed) {
        client *c = closed;
        closed = c->next_closed;
        free(c->buffer);
        free(c);
    }
}

/// Waits for a reader that is slower than we are. False: it is gone.
static bool put(client *c, const reply *r) {
    for (size_t sent = 0; sent < r->length;) {
        ssize_t count = send(c->socket, r->bytes + sent, r->length - sent, MSG_NOSIGNAL);
        if (count > 0) {
            sent += (size_t)count;
        } else if (count < 0 && errno == EAGAIN) {
            struct pollfd writable = {.fd = c->socket, .events = POLLOUT};
            if (poll(&writable, 1, 1000) <= 0) return false;
        } else if (!(count < 0 && errno == EINTR)) {
            return false;
        }
    }
    return true;
}

static bool holds(const char *body, size_t length, const char *word) { return memmem(body, length, word, strlen(word)) != NULL; }

static bool answer(client *c, const char *body, size_t length) {
    if (!holds(body, length, "\"stream\":true") && !holds(body, length, "\"stream\": true")) return put(c, &completion);
    if (!put(c, &stream_head)) return false;
    c->held = holds(body, length, "hold");
    bool slow = holds(body, length, "slow1000");
    if (c->held || slow || holds(body, length, "slow20")) {
        c->events_sent = 1;
        c->pace = c->wait = slow ? 50 : 1;
        join_ring(c);
        return put(c, &stream_event);
    }
    for (int i = 0; i < EVENTS; i++)
        if (!put(c, &stream_event)) return false;
    return put(c, &stream_end);
}

/// The size of the body behind a head, -1 while a chunked one has not ended.
static ssize_t body_size(const char *head, const char *body, size_t available) {
    const char *field = strcasestr(head, "\r\ncontent-length:");
    if (field) return strtol(field + strlen("\r\ncontent-length:"), NULL, 10);
    if (!strcasestr(head, "\r\ntransfer-encoding: chunked")) return 0;
    const char *last = memmem(body, available, "0\r\n\r\n", 5);
    return last ? last + 5 - body : -1;
}

/// Answers every whole request in the buffer; while a stream goes on, the next one waits.
static bool take_requests(client *c) {
    while (!c->streaming) {
        char *blank = memmem(c->buffer, c->filled, "\r\n\r\n", 4);
        if (!blank) break;
        size_t head = (size_t)(blank - c->buffer) + 4;
        *blank = 0;
        ssize_t body = body_size(c->buffer, c->buffer + head, c->filled - head);
        *blank = '\r';
        if (body < 0 || c->filled < head + (size_t)body) break;
        if (!answer(c, c->buffer + head, (size_t)body)) return false;
        c->filled -= head + (size_t)body;
        memmove(c->buffer, c->buffer + head + body, c->filled);
    }
    return true;
}

static bool read_client(client *c) {
    if (c->capacity - c->filled < FIRST_BUFFER / 2) {
        c->capacity = c->capacity ? c->capacity * 2 : FIRST_BUFFER;
        c->buffer = realloc(c->buffer, c->capacity);
        if (!c->buffer) abort();
    }
    ssize_t count = recv(c->socket, c->buffer + c->filled, c->capacity - c->filled, 0);
    if (count < 0) return errno == EAGAIN || errno == EINTR;
    if (count == 0) return false;
    c->filled += (size_t)count;
    return take_requests(c);
}

static void tick(int timer) {
    uint64_t ticks;
    if (read(timer, &ticks, sizeof ticks) < 0) return;
    for (client *c = ring.next, *after; c != &ring; c = after) {
        after = c->next;
        if (c->held || --c->wait > 0) continue;
        c->wait = c->pace;
        bool fine;
        if (c->events_sent++ < EVENTS) {
            fine = put(c, &stream_event);
        } else {
            leave_ring(c);
            fine = put(c, &stream_end) && take_requests(c);
        }
        if (!fine) close_client(c);
    }
}

// MARK: The loop

static void watch(int poller, int descriptor, void *owner) {
    struct epoll_event interest = {.events = EPOLLIN, .data.ptr = owner};
    if (epoll_ctl(poller, EPOLL_CTL_ADD, descriptor, &interest) != 0) {
        perror("epoll_ctl");
        exit(1);
    }
}

static void accept_clients(int poller, int listener) {
    for (int accepted; (accepted = accept4(listener, NULL, NULL, SOCK_NONBLOCK)) >= 0;) {
        setsockopt(accepted, IPPROTO_TCP, TCP_NODELAY, &(int){1}, sizeof(int));
        client *c = calloc(1, sizeof *c);
        if (!c) abort();
        c->socket = accepted;
        watch(poller, accepted, c);
    }
}

static int listen_on(int port) {
    int listener = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
    struct sockaddr_in address = {
        .sin_family = AF_INET, .sin_port = htons((uint16_t)port), .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &(int){1}, sizeof(int));
    if (bind(listener, (struct sockaddr *)&address, sizeof address) != 0 || listen(listener, 4096) != 0) {
        perror("upstream: cannot listen");
        exit(1);
    }
    return listener;
}

int main(int count, char **words) {
    signal(SIGPIPE, SIG_IGN);
    prepare_replies();
    int listener = listen_on(count > 1 ? atoi(words[1]) : 19001);
    int poller = epoll_create1(0);
    int timer = timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK);
    struct itimerspec every = {{0, TICK_NS}, {0, TICK_NS}};
    timerfd_settime(timer, 0, &every, NULL);
    watch(poller, listener, &listener);
    watch(poller, timer, &ring);
    for (;;) {
        struct epoll_event ready[BATCH];
        int found = epoll_wait(poller, ready, BATCH, -1);
        for (int i = 0; i < found; i++) {
            void *owner = ready[i].data.ptr;
            if (owner == &listener) {
                accept_clients(poller, listener);
            } else if (owner == &ring) {
                tick(timer);
            } else {
                client *c = owner;
                if (!c->closed && !read_client(c)) close_client(c);
            }
        }
        free_closed();
    }
}
